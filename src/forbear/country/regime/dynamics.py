"""Rules of the regime room: death, coup or uprising end or change the regime; until then it represses."""

from __future__ import annotations

from forbear.country.words import binomial, exp, larger, poisson, probability, rule, total


@rule("E40")
def reign(now, given, lever, fact):
    """Competing hazards of the regime's end and what follows; nothing here happens where somebody intervened."""
    rules = (1.0 - lever.intervene) * (1.0 - now.transition) * (1.0 - now.civil_war)
    years = fact.step / 52.1775
    age = fact.ruler_age + now.years
    # Gompertz law of mortality: doubling about every eight years, near 2 per cent a year at 65
    mortality = given.ruler_mortality * exp(0.087 * (age - 65.0))
    dies = binomial("ruler dies", rules * (1.0 - now.ruler_dead), probability(years * mortality))
    coup = binomial("coup", rules * (1.0 - dies), probability(years * given.coup_hazard))
    rising = binomial(
        "uprising",
        rules * (1.0 - dies) * (1.0 - coup),
        probability(years * given.uprising_hazard * (1.0 + lever.regional_shock)),
    )
    now.ruler_dead = larger(now.ruler_dead, larger(dies, coup))
    # what follows a death or coup
    shaken = larger(dies, coup)
    weights = given.succession_weight + given.opening_weight + given.collapse_weight
    opens = binomial("opening", shaken, given.opening_weight / weights)
    collapses = binomial(
        "collapse", shaken - opens, given.collapse_weight / larger(weights - given.opening_weight, 0.000001)
    )
    # what follows an uprising
    weights = given.crushed_weight + given.ousted_weight + given.war_weight
    ousted = binomial("ousted", rising, given.ousted_weight / weights)
    war = binomial("civil war", rising - ousted, given.war_weight / larger(weights - given.ousted_weight, 0.000001))
    crushed = rising - ousted - war
    starts = larger(collapses, war)
    now.successor = larger(now.successor, shaken - opens - collapses)
    now.transition = larger(now.transition, larger(opens, ousted))
    now.civil_war = larger(now.civil_war, starts)
    now.crushing = larger(26.0 * crushed, larger(0.0, now.crushing - fact.step))
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
    holds = (1.0 - lever.intervene) * (1.0 - now.transition)
    crushing = 1.0 if now.crushing > 0.0 else 0.0
    mean = given.repression / 52.1775 + crushing * given.crushed_deaths / 26.0
    exposed = total(fact.repressed[g] * now.residents[d, g] for d in fact.districts for g in fact.communities)
    for d in fact.districts:
        for g in fact.communities:
            share = fact.repressed[g] * now.residents[d, g] / larger(exposed, 1.0)
            now.deaths_by_regime[d, g] = poisson("repression", holds * fact.step * mean * share)
    years = fact.step / 52.1775
    now.sanctions_deaths += holds * lever.sanctions * given.sanctions_deaths_per_year * years
    rebuilt = binomial(
        "weapons",
        holds * (1.0 - now.weapons),
        probability(years * given.weapons_hazard * (1.0 - 0.8 * lever.containment)),
    )
    attacked = binomial(
        "aggression",
        holds * (1.0 - now.aggression),
        probability(years * given.aggression_hazard * (1.0 - 0.8 * lever.containment)),
    )
    now.weapons = larger(now.weapons, rebuilt)
    now.aggression = larger(now.aggression, attacked)
