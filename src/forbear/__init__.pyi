# The types of the public names; `tests/api/test_names.py` holds this file to the table in `__init__.py`.
from forbear.country.model import MODEL as MODEL
from forbear.ensemble.matching import match as match
from forbear.ensemble.results import Ensemble as Ensemble
from forbear.errors import ForbearError as ForbearError
from forbear.inference.posterior import Posterior as Posterior
from forbear.notebook import plot as plot
from forbear.questions.answers import Answers as Answers
from forbear.questions.compare import Comparison as Comparison
from forbear.questions.odds import Odds as Odds
from forbear.scenario.casefiles.policies import Strategy as Strategy
from forbear.scenario.difference import diff as diff
from forbear.scenario.problem import Problem as Problem
from forbear.scenario.scenario import Scenario as Scenario
from forbear.validation.base_rates import base_rates as base_rates
from forbear.workflow.attribute import attribute as attribute
from forbear.workflow.claims import test_claims as test_claims
from forbear.workflow.compare import compare as compare
from forbear.workflow.decide import decide as decide
from forbear.workflow.fit import fit as fit
from forbear.workflow.given import GivenWarning as GivenWarning
from forbear.workflow.library import cite as cite
from forbear.workflow.library import evidence as evidence
from forbear.workflow.library import library as library
from forbear.workflow.library import load as load
from forbear.workflow.lookup import look_up_first as look_up_first
from forbear.workflow.odds import odds as odds
from forbear.workflow.run import report as report
from forbear.workflow.search import search as search
from forbear.workflow.simulate import open_session as open_session
from forbear.workflow.simulate import simulate as simulate
from forbear.workflow.simulate import summarise as summarise
from forbear.workflow.stress import stress as stress
from forbear.workflow.validate import validate as validate

__version__: str
