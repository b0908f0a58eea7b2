"""Drought: a room for forbear. Where its rules stand is said here, what they are in `dynamics.py`."""

#: Rules that run once, before the first week.
BEGIN = ("settle",)
#: Rule of the week -> the rule that it follows.
WEEK = {
    "rain": "people.count",
    "parch": "services.build",
    "want": "insurgency.mobilise",
}
