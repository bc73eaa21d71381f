// One visit booked, guarded, cancelled with Google's client for Node. Prints what it saw as JSON.
// Arguments: the address for rootUrl, of which the client keeps only the host, and the one for tokens.
import {auth, calendar} from '@googleapis/calendar';

const [rootUrl, tokens] = process.argv.slice(2);
const user = new auth.OAuth2({
  clientId: 'emu-client',
  clientSecret: 'emu-secret',
  endpoints: {oauth2TokenUrl: tokens},
});
user.setCredentials({refresh_token: 'rt-agent1'});
const client = calendar({version: 'v3', auth: user, rootUrl});
const calendarId = 'agent1@demo.test';
const at = time => ({dateTime: `2026-01-06T${time}:00`, timeZone: 'Europe/Paris'});

const made = await client.events.insert({
  calendarId,
  requestBody: {id: 'ivr0001', summary: 'RDV', start: at('15:00'), end: at('15:30')},
});
const moved = await client.events.patch(
  {calendarId, eventId: 'ivr0001', requestBody: {end: at('16:00')}},
  {headers: {'If-Match': made.data.etag}},
);
const late = await client.events
  .patch({calendarId, eventId: 'ivr0001', requestBody: {summary: 'x'}}, {headers: {'If-Match': made.data.etag}})
  .then(() => 'accepted', error => error.status);
const listed = await client.events.list({calendarId, privateExtendedProperty: ['a=1', 'b=2']});
const busy = await client.freebusy.query({
  requestBody: {timeMin: '2026-01-06T00:00:00Z', timeMax: '2026-01-07T00:00:00Z', items: [{id: calendarId}]},
});
const gone = await client.events.delete({calendarId, eventId: 'ivr0001'});

console.log(
  JSON.stringify({
    start: made.data.start.dateTime,
    end: moved.data.end.dateTime,
    late,
    listed: listed.data.items.length,
    busy: busy.data.calendars[calendarId].busy,
    deleted: gone.status,
  }),
);
