"""
What everything that speaks HTTP shares: routes, tokens, errors, the request log, health.

Nothing here knows a database or a stream: what is needed of them is handed in.
"""
