"""`forbear cite`: how to cite the program and the data."""

from __future__ import annotations


def command() -> None:
    """Print BibTeX of the program, the argument it was begun for, and the main data sources."""
    from importlib.metadata import version

    print(
        f"""@software{{forbear,
  title = {{Forbear: a laboratory for the decision to intervene in another country}},
  author = {{{{The forbear authors}}}}, version = {{{version("forbear")}}}, year = {{2026}}
}}
@techreport{{friedman2008,
  title = {{Learning the Right Lessons from Iraq}},
  author = {{Friedman, Benjamin H. and Sapolsky, Harvey M. and Preble, Christopher}},
  institution = {{Cato Institute}}, number = {{Policy Analysis 610}}, year = {{2008}}
}}
@article{{sundberg2013,
  title = {{Introducing the UCDP Georeferenced Event Dataset}},
  author = {{Sundberg, Ralph and Melander, Erik}},
  journal = {{Journal of Peace Research}}, volume = {{50}}, number = {{4}}, pages = {{523--532}}, year = {{2013}}
}}
@inproceedings{{salmon2011,
  title = {{Parallel random numbers: as easy as 1, 2, 3}},
  author = {{Salmon, John K. and Moraes, Mark A. and Dror, Ron O. and Shaw, David E.}},
  booktitle = {{SC11}}, year = {{2011}}
}}"""
    )
