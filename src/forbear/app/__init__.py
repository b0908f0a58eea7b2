"""The laboratory page and play mode: a small server on this machine, pages rendered here, nothing fetched from outside.

    forbear.app.server.create(scenario) -> FastAPI application
    forbear app [SCENARIO]                 starts it

Nothing is imported before it is asked for: the server's libraries are the optional extra `app`.
"""
