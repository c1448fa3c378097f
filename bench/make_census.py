"""Writes a children in need census return of invented children, as long as is asked for.

    python bench/make_census.py --lines 1000000 --out return.xml
    python bench/make_census.py --children 500 --year 2022 --faults 0.1 --out return.xml

Everybody in it is invented: the authority's number is 999, which none has, and ids and dates come from a
generator, so the same seed writes the same file. Without ``--faults`` the return is clean.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TextIO

from stdnum.gb import upn as stdnum_upn

ETHNICITIES = ("WBRI", "WOTH", "MWBC", "MWAS", "AIND", "APKN", "ABAN", "BAFR", "BCRB", "OOTH", "REFU", "NOBT")
DISABILITIES = ("MOB", "HAND", "COMM", "LD", "HEAR", "VIS", "BEH", "AUT")
SOURCES = ("1A", "1B", "2A", "2B", "3A", "3B", "3C", "3E", "4", "5A", "5B", "6", "6", "7", "8", "9")
NEEDS = ("N1", "N1", "N1", "N2", "N3", "N4", "N5", "N6", "N8")
FACTORS = (
    "1B",
    "2B",
    "3A",
    "3B",
    "4A",
    "4B",
    "5A",
    "6B",
    "7A",
    "10A",
    "11A",
    "15A",
    "16A",
    "17A",
    "18B",
    "19C",
)
ABUSE = ("NEG", "PHY", "SAB", "EMO")


class Invention:
    """Invents one return. ``faults`` is the share of children who get one fault each."""

    def __init__(self, seed: int, year: int, faults: float) -> None:
        self.random = random.Random(seed)  # noqa: S311  # repeatable invention, no secret
        self.year = year
        self.faults = faults
        self.reference = date(year, 3, 31)

    def header(self) -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield "<Message>"
        yield "  <Header>"
        yield "    <CollectionDetails>"
        yield "      <Collection>CIN</Collection>"
        yield f"      <Year>{self.year}</Year>"
        yield f"      <ReferenceDate>{self.reference}</ReferenceDate>"
        yield "    </CollectionDetails>"
        yield "    <Source>"
        yield "      <SourceLevel>L</SourceLevel>"
        yield "      <LEA>999</LEA>"
        yield "      <SoftwareCode>Invented</SoftwareCode>"
        yield "      <Release>1</Release>"
        yield "      <SerialNo>001</SerialNo>"
        yield f"      <DateTime>{self.year}-05-23T11:14:05</DateTime>"
        yield "    </Source>"
        yield "  </Header>"
        yield "  <Children>"

    def footer(self) -> Iterator[str]:
        yield "  </Children>"
        yield "</Message>"

    def child(self, number: int) -> list[str]:
        """The lines of one child; numbers from 0 up, each another child."""
        lines = list(self._child(number))
        return self._with_fault(lines) if self.random.random() < self.faults else lines

    def _weekday(self, day: date) -> date:
        return day + timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))

    def _upn(self, number: int) -> str:
        body = f"9994{number % 1000:03d}{18 + number // 1_000_000 % 7}{number // 1000 % 1000:03d}"
        digits = (body + f"{number % 10}")[:12].ljust(12, "0")
        return stdnum_upn.calc_check_digit(digits) + digits

    def _child(self, number: int) -> Iterator[str]:
        rnd = self.random
        unborn = rnd.random() < 0.01
        referred = self.reference - timedelta(days=rnd.randint(5, 360))
        born = (
            self.reference + timedelta(days=60)
            if unborn
            else referred - timedelta(days=rnd.randint(30, 6200))
        )
        yield "    <Child>"
        yield "      <ChildIdentifiers>"
        yield f"        <LAchildID>INV{number:09d}</LAchildID>"
        if (referred - born).days > 5 * 366:
            yield f"        <UPN>{self._upn(number)}</UPN>"
        else:
            yield "        <UPNunknown>UN1</UPNunknown>"
        yield f"        <{'ExpectedPersonBirthDate' if unborn else 'PersonBirthDate'}>{born}" + (
            f"</{'ExpectedPersonBirthDate' if unborn else 'PersonBirthDate'}>"
        )
        sex = rnd.choice("MF")
        if self.year > 2024:
            yield f"        <Sex>{'U' if unborn else sex}</Sex>"
        else:
            yield f"        <GenderCurrent>{0 if unborn else 'MF'.index(sex) + 1}</GenderCurrent>"
        yield "      </ChildIdentifiers>"
        yield "      <ChildCharacteristics>"
        yield f"        <Ethnicity>{rnd.choice(ETHNICITIES)}</Ethnicity>"
        yield "        <Disabilities>"
        disabilities = rnd.sample(DISABILITIES, rnd.randint(1, 2)) if rnd.random() < 0.12 else ["NONE"]
        for disability in disabilities:
            yield f"          <Disability>{disability}</Disability>"
        yield "        </Disabilities>"
        yield "      </ChildCharacteristics>"
        yield from self._details(referred)
        yield "    </Child>"

    def _details(self, referred: date) -> Iterator[str]:
        rnd = self.random
        yield "      <CINdetails>"
        yield f"        <CINreferralDate>{referred}</CINreferralDate>"
        yield f"        <ReferralSource>{rnd.choice(SOURCES)}</ReferralSource>"
        yield f"        <PrimaryNeedCode>{rnd.choice(NEEDS)}</PrimaryNeedCode>"
        if rnd.random() < 0.2:
            yield f"        <CINclosureDate>{referred}</CINclosureDate>"
            yield "        <ReasonForClosure>RC8</ReasonForClosure>"
            yield "        <ReferralNFA>1</ReferralNFA>"
            yield "      </CINdetails>"
            return
        assessed = referred + timedelta(days=rnd.randint(20, 62))
        planned = assessed + timedelta(days=7)
        closed = planned + timedelta(days=rnd.randint(60, 200))
        enquiry = self._weekday(referred + timedelta(days=rnd.randint(1, 10)))
        conference = self._weekday(enquiry + timedelta(days=rnd.randint(10, 20)))
        harm = rnd.random() < 0.3
        on_plan = harm and rnd.random() < 0.6
        if closed <= self.reference:
            yield f"        <CINclosureDate>{closed}</CINclosureDate>"
            yield "        <ReasonForClosure>RC7</ReasonForClosure>"
        yield "        <Assessments>"
        yield f"          <AssessmentActualStartDate>{referred}</AssessmentActualStartDate>"
        if assessed <= self.reference:
            yield f"          <AssessmentAuthorisationDate>{assessed}</AssessmentAuthorisationDate>"
            yield "          <FactorsIdentifiedAtAssessment>"
            for factor in rnd.sample(FACTORS, rnd.randint(1, 4)):
                yield f"            <AssessmentFactors>{factor}</AssessmentFactors>"
            yield "          </FactorsIdentifiedAtAssessment>"
        yield "        </Assessments>"
        if planned <= self.reference and not on_plan:
            yield "        <CINPlanDates>"
            yield f"          <CINPlanStartDate>{planned}</CINPlanStartDate>"
            if closed <= self.reference:
                yield f"          <CINPlanEndDate>{closed}</CINPlanEndDate>"
            yield "        </CINPlanDates>"
        if harm and enquiry <= self.reference:
            yield "        <Section47>"
            yield f"          <S47ActualStartDate>{enquiry}</S47ActualStartDate>"
            if on_plan and conference <= self.reference:
                yield f"          <DateOfInitialCPC>{conference}</DateOfInitialCPC>"
            yield f"          <ICPCnotRequired>{0 if on_plan else 1}</ICPCnotRequired>"
            yield "        </Section47>"
        yield "        <ReferralNFA>0</ReferralNFA>"
        if on_plan and conference <= self.reference:
            yield from self._protection_plan(conference, closed)
        yield "      </CINdetails>"

    def _protection_plan(self, started: date, closed: date) -> Iterator[str]:
        category = self.random.choice(ABUSE)
        yield "        <ChildProtectionPlans>"
        yield f"          <CPPstartDate>{started}</CPPstartDate>"
        if closed <= self.reference:
            yield f"          <CPPendDate>{closed}</CPPendDate>"
        yield f"          <InitialCategoryOfAbuse>{category}</InitialCategoryOfAbuse>"
        yield f"          <LatestCategoryOfAbuse>{category}</LatestCategoryOfAbuse>"
        yield f"          <NumberOfPreviousCPP>{self.random.choice((0, 0, 0, 1))}</NumberOfPreviousCPP>"
        reviewed = self._weekday(started + timedelta(days=80))
        if reviewed <= min(closed, self.reference):
            yield "          <Reviews>"
            yield f"            <CPPreviewDate>{reviewed}</CPPreviewDate>"
            yield "          </Reviews>"
        yield "        </ChildProtectionPlans>"

    def _with_fault(self, lines: list[str]) -> list[str]:
        """The child with one fault of a kind that real returns have."""
        at = next(index for index, line in enumerate(lines) if "<CINreferralDate>" in line)
        indent = "        "
        kind = self.random.randrange(5)
        if kind == 0:
            lines[at] = f"{indent}<CINreferralDate>31/02/{self.year}</CINreferralDate>"
        elif kind == 1:
            lines[at + 1] = f"{indent}<ReferralSource>ZZ</ReferralSource>"
        elif kind == 2:
            lines.insert(at, f"{indent}<Allocated>somebody</Allocated>")
        elif kind == 3:
            del lines[at + 1]
        else:
            lines[2] = f"{indent}<LAchildID>INV-{self.random.randrange(10**6)}</LAchildID>"
        return lines


def write(
    out: TextIO,
    *,
    children: int | None = None,
    lines: int | None = None,
    seed: int = 1,
    year: int = 2026,
    faults: float = 0.0,
) -> int:
    """Write a return of so many children, or of about so many lines; gives back how many children."""
    invention = Invention(seed, year, faults)
    written = 0
    number = 0
    for line in invention.header():
        out.write(line + "\n")
        written += 1
    while (children is not None and number < children) or (lines is not None and written < lines - 2):
        child = invention.child(number)
        out.write("\n".join(child) + "\n")
        written += len(child)
        number += 1
    for line in invention.footer():
        out.write(line + "\n")
    return number


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--children", type=int, help="how many children")
    size.add_argument("--lines", type=int, help="about how many lines")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--year", type=int, default=2026, help="collection year (default 2026)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=float, default=0.0, help="share of children with a fault, 0 to 1")
    chosen = parser.parse_args()
    with chosen.out.open("w", encoding="utf-8") as out:
        count = write(
            out,
            children=chosen.children,
            lines=chosen.lines,
            seed=chosen.seed,
            year=chosen.year,
            faults=chosen.faults,
        )
    sys.stdout.write(f"{count} children in {chosen.out}\n")


if __name__ == "__main__":
    main()
