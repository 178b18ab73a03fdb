"""
The second way in: what a media server itself says was played.

Webhooks are never sent twice, so what came while we were away is missing. *plex* and
*media_server* read a server's list page by page, *catching_up* sends what is not known yet through
the stream like any other event. What the entries mean is *wire.history*'s.
"""
