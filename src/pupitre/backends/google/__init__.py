"""Google Calendar as the agents' planning: the ports Agenda and FreeBusy, and what keeps the two sides in step.

    settings     what a tenant's file says        credentials  who the desk is to Google, and its access tokens
    wire         requests, answers, JSON shapes   faults       what an answer that is no result means
    http         one exchange over aiohttp        pacing       so many requests a second, and no more
    client       token, pace, retries, errors     events       appointment -> event, event -> what is ours in it
    busy         free/busy, asked and read        agenda       the port
    changes      reading on from a sync token     channels     push messages

Everything but `http`, `client` and `agenda` is pure. Sources of its rules: the API's discovery document and guides.
"""
