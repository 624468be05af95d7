"""How many nodes of the ring this one can't reach. Its failure detector counts for three days those as well that went for good."""
import base64
import http.client
import json
import os

with_password = base64.b64encode(f"platform:{os.environ['INTERNAL']}".encode()).decode()
asked = http.client.HTTPConnection(os.environ["JOLOKIA"], timeout=5)
asked.request(
    "GET", "/jolokia/read/org.apache.cassandra.db:type=StorageService/UnreachableNodesWithPort,EndpointWithPortToHostId", headers={"Authorization": f"Basic {with_password}"}
)
told = json.load(asked.getresponse())["value"]
print("missed", len(set(told["UnreachableNodesWithPort"]) & told["EndpointWithPortToHostId"].keys()))
