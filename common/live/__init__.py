"""Live push: a doorbell from a committed change to every browser that may hear it.

`publish` rings after the commit, `token` says in the page which bells its browser may hear, and `endpoint` serves the
open streams natively in asyncio: they hold no thread and no database connection. A bell carries kinds and ids only;
the browser then fetches what it may see through an ordinary request, so nothing leaks and nothing depends on Redis.
"""

from common.live.publishing import Bell, publish, publish_all
from common.live.tokens import token

__all__ = ["Bell", "publish", "publish_all", "token"]
