"""The same routes written three times: ours, on FastAPI with Mangum, and with nothing at all.

All three do the same work on the same stores in memory and answer with the same models; what
differs is how a request finds its route, is checked, and becomes an answer.
"""
