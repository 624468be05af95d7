"""It serves when its superuser is the cluster's own and clients are answered."""
import os
import sys

# Files of a sandbox are links, and Python looks beside where this one leads to.
sys.path.insert(0, os.getcwd())
import cql  # noqa: E402

host, port, tls = sys.argv[1:]
if not os.path.exists("prepared"):
    sys.exit(1)
with cql.Session(host, port, "tls/authority.pem" if tls == "true" else None, 5) as asked:
    sys.exit(0 if asked.options() else 1)
