"""Moves in a game, as the forms of its pages make them."""

FORCE = "intervener.force"
START = {"scenario": "meadow", "group": "Red", "strategy": "HISTORY", "months": "3", "world": "7", "draws": "prior"}


def begun(player, **more):
    """Begin a game; return its address."""
    answer = player.post("/play/start", {**START, "feasible": "1", **more}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def turn(player, address, parent, months="3", **more):
    """Decide; return the address that follows."""
    sent = {"parent": str(parent), "months": months, "note": "", "leave": "", **more}
    answer = player.post(address + "/decide", sent, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]
