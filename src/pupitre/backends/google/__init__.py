"""Google Calendar as the agents' planning: the ports Agenda and FreeBusy, and what keeps the two sides in step.

    agenda       the ports                          settings     what a tenant's file says
    planning     what all of the next four need     credentials  who the desk is to Google, and its access tokens
    inserting, moving, removing, repairing          client       token, pace, retries, errors
    reading      events by id and by uid            http         one exchange over aiohttp
    changes      reading on from a sync token       pacing       so many requests a second, and no more
    channels     push messages                      calls, wire  requests; answers and the shapes in them
    busy         free/busy in parts, merged         faults       what an answer that says no means
    events       appointment -> event -> what is ours in it

Sources of its rules: the API's discovery document and guides, and what users of other clients have reported.
"""
