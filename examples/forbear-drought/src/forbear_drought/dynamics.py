"""Rules of the room "drought": the weather, what it takes from services, and what want does to recruitment."""

from forbear.country.constants import constants_of
from forbear.country.words import clip, exp, normal, power, rule

constant = constants_of(__file__)


@rule("D1")
def settle(now, given, lever, fact):
    """At the start every district is as dry as usual."""
    for d in fact.districts:
        now.dryness[d] = fact.usual_dryness[d] * 1.0


@rule("D1")
def rain(now, given, lever, fact):
    """Dryness returns to what is usual; seasons that the whole country shares, and local luck, drive it away."""
    root = power(fact.step, 0.5)
    season = normal("season")
    for d in fact.districts:
        local = normal("local")
        pull = given.dryness_pace * fact.step * (fact.usual_dryness[d] - now.dryness[d])
        push = given.dryness_spread * root * (constant.shared_season * season + constant.local_weather * local)
        now.dryness[d] = clip(now.dryness[d] + pull + push, 0.0, 1.0)


@rule("D2")
def parch(now, given, lever, fact):
    """Drought takes water and food from those who live by rain; relief puts some of it back."""
    for d in fact.districts:
        short = now.dryness[d] * fact.rain_fed[d]
        taken = given.services_lost_to_drought * short
        kept = given.services_kept_by_relief * short * lever.relief
        now.services[d] = clip(now.services[d] * (1.0 - taken + kept), 0.0, 1.0)


@rule("D3")
def want(now, given, lever, fact):
    """Want drives people to arms, or leaves them neither time nor food for it: two arrows of one form."""
    for d in fact.districts:
        short = now.dryness[d] * fact.rain_fed[d]
        effect = exp((given.mobilised_by_want - given.bound_by_want) * short)
        for g in fact.communities:
            now.mobilisation[d, g] = now.mobilisation[d, g] * effect
