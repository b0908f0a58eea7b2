"""Rules of the regime room: death, coup or uprising end or change the regime; until then it represses."""

from __future__ import annotations

from forbear.country.constants import constants_of
from forbear.country.words import binomial, exp, larger, poisson, probability, rule, total

constant = constants_of(__file__)


@rule("E40")
def reign(now, given, lever, fact):
    """Competing hazards of the regime's end and what follows; nothing here happens where somebody intervened."""
    rules = (1.0 - now.intervenes) * (1.0 - now.transition) * (1.0 - now.civil_war)
    years = fact.step / constant.weeks_per_year
    age = fact.ruler_age + now.years
    # Gompertz law of mortality
    mortality = given.ruler_mortality * exp(constant.ageing * (age - constant.age_of_mortality))
    dies = binomial("ruler dies", rules * (1.0 - now.ruler_dead), probability(years * mortality))
    coup = binomial("coup", rules * (1.0 - dies), probability(years * given.coup_hazard * now.upheaval_by_trade))
    rising = binomial(
        "uprising",
        rules * (1.0 - dies) * (1.0 - coup),
        probability(years * given.uprising_hazard * (1.0 + lever.regional_shock) * now.upheaval_by_trade),
    )
    now.ruler_dead = larger(now.ruler_dead, larger(dies, coup))
    # what follows a death or coup
    shaken = larger(dies, coup)
    weights = given.succession_weight + given.opening_weight + given.collapse_weight
    opens = binomial("opening", shaken, given.opening_weight / weights)
    collapses = binomial(
        "collapse",
        shaken - opens,
        given.collapse_weight / larger(weights - given.opening_weight, constant.least_divisor),
    )
    # what follows an uprising
    weights = given.crushed_weight + given.ousted_weight + given.war_weight
    ousted = binomial("ousted", rising, given.ousted_weight / weights)
    war = binomial(
        "civil war", rising - ousted, given.war_weight / larger(weights - given.ousted_weight, constant.least_divisor)
    )
    crushed = rising - ousted - war
    starts = larger(collapses, war)
    now.successor = larger(now.successor, shaken - opens - collapses)
    now.transition = larger(now.transition, larger(opens, ousted))
    now.civil_war = larger(now.civil_war, starts)
    now.crushing = larger(constant.crushing_weeks * crushed, larger(0.0, now.crushing - fact.step))
    # a civil war begins with part of those who sympathise with opposition under arms
    for a in fact.organisations:
        g = fact.home[a]
        for d in fact.districts:
            armed = binomial(
                "take up arms", now.sympathisers[d, g], starts * given.armed_at_outbreak * fact.recruit_share[a]
            )
            now.sympathisers[d, g] -= armed
            now.fighters[d, a] += armed


@rule("E40")
def repress(now, given, lever, fact):
    """Deaths at the regime's hands; the price of sanctions; forbidden weapons and aggression against neighbours."""
    holds = (1.0 - now.intervenes) * (1.0 - now.transition)
    crushing = 1.0 if now.crushing > 0.0 else 0.0
    mean = given.repression / constant.weeks_per_year + crushing * given.crushed_deaths / constant.crushing_weeks
    exposed = total(fact.repressed[g] * now.residents[d, g] for d in fact.districts for g in fact.communities)
    for d in fact.districts:
        for g in fact.communities:
            share = fact.repressed[g] * now.residents[d, g] / larger(exposed, 1.0)
            now.deaths_by_regime[d, g] = poisson("repression", holds * fact.step * mean * share)
    years = fact.step / constant.weeks_per_year
    now.sanctions_deaths += holds * lever.sanctions * given.sanctions_deaths_per_year * years
    rebuilt = binomial(
        "weapons",
        holds * (1.0 - now.weapons),
        probability(years * given.weapons_hazard * (1.0 - constant.most_contained * lever.containment)),
    )
    attacked = binomial(
        "aggression",
        holds * (1.0 - now.aggression),
        probability(years * given.aggression_hazard * (1.0 - constant.most_contained * lever.containment)),
    )
    now.weapons = larger(now.weapons, rebuilt)
    now.aggression = larger(now.aggression, attacked)
