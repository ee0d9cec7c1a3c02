"""NetBox as a source of the registry: read only, by its official client, mapped to the records that files use too.

`reading` asks the API, `mapping` turns its answers into records, `syncing` compares and writes. The token lives in the
settings of the environment alone.
"""
