"""The arms of a study at ClinicalTrials.gov, joined with the groups of its results.

The protocol's arms have labels and no ids; each module of the results (participant flow, baseline,
each outcome, adverse events) has groups with ids of its own, which say nothing beyond it. So a
group is an arm by its title: it is the arm's label, or a title that the arm was found to have in
another module. Groups and arms that this leaves are joined in their order, where the study has as
many of the one as of the other and each group names its arm; see `_in_order`. A group that is
no arm (all participants, two arms together, an order of treatments) stands beside the arms, and
says why. Wrongly joined arms would turn a trial's results round: in doubt, they are not.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import count

from app.ingest.sources.study_fields import (
    MalformedError,
    Object,
    as_printed,
    objects_of,
    term_of,
    text_of,
    texts_of,
    whole_number,
)
from app.models.trial_arm import ArmType, GroupMatch, ResultsModule, UnmatchedReason
from app.names.normalization import normalized
from app.names.slugs import shortened, slug

SEVERAL = re.compile(
    r"""
    ^ \W* (all|both|everybody|everyone) \W* $ | \b or \b
    | \b (all|both|any|entire|whole|total|overall|pooled|combined) \s+ ([\w-]+ \s+){0,2}
      (participant|patient|subject|arm|group|cohort|population|people|individual|child(ren)?
       |parent|adult|wom[ae]n|m[ae]n|dose|treatment|stud(y|ies)|sample) s? \b
    | \b (combined|pooled|overall|total|together) \W* $
    """,
    re.VERBOSE,
)
"""What titles say of groups that are several arms: `Total`, `All Participants`, `A + B Combined`;
but not `Total Knee Replacement` or `Combined Contraceptive`."""

OF_TYPES = {
    ArmType.PLACEBO_COMPARATOR: "placebo",
    ArmType.SHAM_COMPARATOR: "sham",
    ArmType.NO_INTERVENTION: "no untreated",
}
"""What a group's words may call an arm of this type."""

PARTICIPANTS = "participants"
"""The units of denominators that are people."""

Analyzed = Mapping[str, int | None]
"""How many participants there are in each group of a module, by the ids that they have in it."""


def _words(text: str) -> set[str]:
    """The words and numbers of a text, without a plural's s: `5mg tablets` is 5, mg and tablet."""
    words = re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+", normalized(text))
    return {word.removesuffix("s") if len(word) > 3 else word for word in words}


OTHER_PEOPLE = _words(
    "responders nonresponders men women man woman males females boys girls children "
    "adults elderly healthy phases extension period part sequence ab ba switch switched switching "
    "switchers crossed continued continuing continuation then followed before after first second "
    "run baseline week month completers naive subgroup subset age aged years positive negative "
    "rollover follow"
)
"""Words of titles whose groups may be some of an arm, or its people at another time or in another
partition; they are no such thing where the arm itself is called so."""

GENERIC = _words(
    "a an and or of the to for by on at in is was were who with plus arms groups cohort drugs "
    "other biological device procedure behavioral treatment treated therapy alone only monotherapy "
    "participants patients subjects received receive receiving randomized randomised mg ml mcg "
    "daily once twice days doses dosing oral orally tablets capsules"
)
"""Words that distinguish no arm."""


class Arms:
    """A study's arms, and those groups of its results that are none of them."""

    def __init__(self, interventions: Object, *, is_crossover: bool) -> None:
        self.all: list[Object] = []
        self.groups: list[Object] = []
        self._is_crossover = is_crossover
        self._ids: set[str] = set()
        self._group_ids: dict[tuple[str, str | None, int], str] = {}
        self._by_title: dict[str, Object] = {}
        self._matched: dict[str, GroupMatch] = {}
        self._words: dict[str, set[str]] = {}
        self._described: dict[str, set[str]] = {}
        self._named: dict[str, set[str]] = {}
        self._started: dict[str, int | None] = {}
        groups = objects_of(interventions, "armGroups")
        labels = [text_of(group, "label") or "" for group in groups]
        times = Counter(map(normalized, labels))
        others = {
            text_of(given, "name"): texts_of(given, "otherNames")
            for given in objects_of(interventions, "interventions")
        }
        for group, label in zip(groups, labels, strict=True):
            compared = normalized(label)
            arm = {
                "id": self._new_id(label),
                "label": label,
                "type": term_of(ArmType, group, "type"),
                "description": text_of(group, "description"),
                "interventions": texts_of(group, "interventionNames"),
                **_nothing_reported(),
            }
            self.all.append(arm)
            named = [name.partition(": ")[2] or name for name in arm["interventions"]]
            named += [other for name in named for other in others.get(name, [])]
            self._named[arm["id"]] = _words(" ".join([label, *named]))
            words = self._named[arm["id"]] | _words(OF_TYPES.get(arm["type"], ""))
            self._words[arm["id"]] = words - GENERIC | _words(label)
            self._described[arm["id"]] = words | _words(arm["description"] or "")
            if compared and times[compared] == 1:
                self._by_title[compared] = arm
                self._matched[compared] = GroupMatch.TITLE

    def learn(self, module: ResultsModule, groups: list[Object], analyzed: Analyzed) -> None:
        """Note the titles that arms have in a module, where its groups are joined in their order.

        To be called for every module before any is joined, the participant flow first: by equal
        titles they are all joined then, whatever module a title was learnt from.
        """
        titles = [_title(group) for group in groups]
        ids = Counter(text_of(group, "id") or "" for group in groups)
        if twice := next((id_ for id_, times in ids.items() if times > 1), None):
            raise MalformedError(f"two groups of one module have the id '{twice[:40]}'")
        for place, arm in list(self._in_order(module, groups, titles, analyzed)):
            compared = normalized(titles[place])
            self._by_title[compared] = arm
            self._matched[compared] = GroupMatch.ORDER
        if module == ResultsModule.PARTICIPANT_FLOW:
            numbers = zip(groups, self._arms_of(titles), strict=True)
            self._started = {
                arm["id"]: analyzed.get(text_of(group, "id") or "") for group, arm in numbers if arm
            }

    def join(
        self, module: ResultsModule, groups: list[Object]
    ) -> tuple[dict[str, str], list[Object]]:
        """The ids of arms and groups by the ids that a module's groups have within it, and what an
        outcome says of those that are described otherwise elsewhere."""
        titles = [_title(group) for group in groups]
        times = Counter(map(normalized, titles))
        before: Counter[str] = Counter()
        ids: dict[str, str] = {}
        descriptions: list[Object] = []
        for group, title, arm in zip(groups, titles, self._arms_of(titles), strict=True):
            compared, description = normalized(title), text_of(group, "description")
            entry = arm or self._group(title, description, before[compared], times[compared])
            ids[text_of(group, "id") or ""] = entry["id"]
            before[compared] += 1
            match = self._matched[compared] if arm else None
            differs = bool(description) and not _is_same(description, entry["description"])
            if differs and module == ResultsModule.OUTCOMES:
                descriptions.append({"arm": entry["id"], "description": description})
                differs = False
            _report(entry, module, title, match, description if differs else None)
        return ids, descriptions

    def _arms_of(self, titles: list[str]) -> list[Object | None]:
        """The arms that groups of one module are by their titles; None for one that is no arm.

        Two groups of one title are none. Of two that would be one arm, none is but the one that has
        its label.
        """
        compared = list(map(normalized, titles))
        times = Counter(compared)
        arms = [self._by_title.get(title) if times[title] == 1 else None for title in compared]
        claims = Counter(arm["id"] for arm in arms if arm)
        return [
            arm
            if arm and (claims[arm["id"]] == 1 or self._matched[title] == GroupMatch.TITLE)
            else None
            for title, arm in zip(compared, arms, strict=True)
        ]

    def _in_order(
        self, module: ResultsModule, groups: list[Object], titles: list[str], analyzed: Analyzed
    ) -> Iterator[tuple[int, Object]]:
        """Arms for those groups that no title joins, by their places: all of them, or none.

        In a crossover trial there is none, for its groups may be orders of treatments. The groups
        that are left have to be as many as the arms that are left, less those that are several
        arms by their title; each has to name its arm (see `_names`), but for one that says nothing
        else than its arm does, or the only group of the only arm, of all its people. And nothing
        may be of other people: see `_are_other_people`.
        """
        joined = self._arms_of(titles)
        left = [arm for arm in self.all if not any(arm is other for other in joined)]
        is_one = len(self.all) == len(groups) == 1
        places = [
            place
            for place, arm in enumerate(joined)
            if arm is None and (is_one or not SEVERAL.search(normalized(titles[place])))
        ]
        of_places = {normalized(titles[place]) for place in places}
        if self._is_crossover or len(places) != len(left) or len(of_places) < len(places):
            return
        pairs = list(zip(places, left, strict=True))
        for place, arm in pairs:
            number = analyzed.get(text_of(groups[place], "id") or "")
            if self._are_other_people(module, titles[place], number, arm):
                return
        named = [self._names(groups[place], titles[place], arm) for place, arm in pairs]
        unnamed = [pair for pair, said in zip(pairs, named, strict=True) if not said]
        if False in named or len(unnamed) > 1:
            return
        for place, arm in unnamed:
            number = analyzed.get(text_of(groups[place], "id") or "")
            is_all = is_one and (
                module == ResultsModule.PARTICIPANT_FLOW
                or bool(SEVERAL.search(normalized(titles[place])))
                or (number is not None and number == self._started.get(arm["id"]))
            )
            if not (is_all or self._says_no_more(titles[place], arm)):
                return
        yield from pairs

    def _names(self, group: Object, title: str, arm: Object) -> bool | None:
        """Whether a group says what distinguishes an arm; None where it says nothing of any.

        Its title or description shares more words with the arm's label, type and interventions than
        with those of any other arm, or its title does with the arm's description too. None of them
        may share most with another arm: that speaks against it.
        """
        if _squeezed(title) == _squeezed(arm["label"]):
            return True
        described = {
            word
            for word in _words(text_of(group, "description") or "") - GENERIC
            if len(word) > 1  # an article, and the 3 of 3 months, are no arm called so
        }
        leads = [
            self._lead(_words(title), arm, self._words),
            self._lead(described, arm, self._words),
            self._lead(_words(title) - GENERIC, arm, self._described),
        ]
        return False if min(leads) < 0 else True if any(leads) else None

    def _lead(self, said: set[str], arm: Object, words: Mapping[str, set[str]]) -> int:
        """How many more words an arm shares with what is said than any other arm does."""
        others = (len(said & words[other["id"]]) for other in self.all if other is not arm)
        return len(said & words[arm["id"]]) - max(others, default=0)

    def _says_no_more(self, title: str, arm: Object) -> bool:
        """Whether a title has words of its arm, and none that is another's or nobody's.

        Of `Drug + usual care` and `Usual care alone`, the second has nothing of its own.
        """
        said = {
            word for word in _words(title) - GENERIC if len(word) > 1
        }  # B of `Arm B` is its place
        return bool(said) and said <= self._named[arm["id"]]

    def _are_other_people(
        self, module: ResultsModule, title: str, number: int | None, arm: Object
    ) -> bool:
        """Whether a title or a number is of other people than an arm's, or of some of them."""
        if _words(title) & OTHER_PEOPLE - self._named[arm["id"]]:
            return True
        started = self._started.get(arm["id"])
        if module == ResultsModule.PARTICIPANT_FLOW or not started or number is None:
            return False
        return not started / 2 <= number <= started

    def _group(self, title: str, description: str | None, nth: int, times: int) -> Object:
        """The group of this title that is no arm: one of several in its module by what they say."""
        key = (normalized(title), description if times > 1 else None, nth)
        if key not in self._group_ids:
            id_ = self._group_ids[key] = self._new_id(title)
            self.groups.append(
                {
                    "id": id_,
                    "label": title,
                    "description": description,
                    "unmatched_reason": self._reason(title, times),
                    **_nothing_reported(),
                }
            )
        return next(group for group in self.groups if group["id"] == self._group_ids[key])

    def _reason(self, title: str, times: int) -> UnmatchedReason:
        if not self.all:
            return UnmatchedReason.NO_ARMS
        if times > 1:
            return UnmatchedReason.SAME_TITLE
        if SEVERAL.search(normalized(title)):
            return UnmatchedReason.SEVERAL_ARMS
        if self._is_crossover:
            return UnmatchedReason.CROSSOVER
        return UnmatchedReason.NO_EQUAL_TITLE

    def _new_id(self, label: str) -> str:
        plain = slug(label) if label else "arm"
        new = next(
            id_
            for n in count(1)
            if (id_ := plain if n == 1 else shortened(f"{plain}-{n}")) not in self._ids
        )
        self._ids.add(new)
        return new

    def read_flow(self, flow: Object) -> None:
        """Give arms and groups who started, who completed, and who left and why."""
        ids, _ = self.join(ResultsModule.PARTICIPANT_FLOW, objects_of(flow, "groups"))
        periods, started = objects_of(flow, "periods"), started_in(flow)
        for period in periods:
            for name, of_groups in (("milestones", "achievements"), ("dropWithdraws", "reasons")):
                for row in objects_of(period, name):
                    for stats in objects_of(row, of_groups):
                        if (group := text_of(stats, "groupId") or "") not in ids:
                            raise MalformedError(
                                f"a number of the flow is of group '{group[:40]}', which is not "
                                "there"
                            )
        named = {entry["id"]: entry for entry in (*self.all, *self.groups)}
        for group, id_ in ids.items():
            named[id_]["periods"] = [_period(period, group) for period in periods]
            named[id_]["participants"] = started.get(group)
            if len(periods) == 1:
                named[id_]["completed"] = named[id_]["periods"][0]["completed"]


def started_in(flow: Object) -> Analyzed:
    """How many started, by group, in the first period that two groups or the only one started.

    In a later one they may have changed over; but before it all may have been in one run-in.
    """
    periods = [
        {
            text_of(stats, "groupId") or "": whole_number(stats.get("numSubjects"))
            for milestone in objects_of(period, "milestones")
            if text_of(milestone, "type") == STARTED
            for stats in objects_of(milestone, "achievements")
        }
        for period in objects_of(flow, "periods")
    ]
    least = min(2, len(objects_of(flow, "groups")))
    several = (p for p in periods if sum(map(bool, p.values())) >= least)
    return next(several, periods[0] if periods else {})


def _title(group: Object) -> str:
    return text_of(group, "title") or text_of(group, "id") or ""


def _nothing_reported() -> Object:
    return {"participants": None, "completed": None, "periods": [], "reported_as": []}


def _report(
    entry: Object,
    module: ResultsModule,
    title: str,
    match: GroupMatch | None,
    description: str | None,
) -> None:
    """Note where the results have an arm or a group, and under what title."""
    titles = {normalized(known["title"]): known for known in entry["reported_as"]}
    known = titles.get(normalized(title))
    if known is None:
        known = {"title": title, "modules": [], "matched_by": match, "descriptions": []}
        entry["reported_as"].append(known)
    if module not in known["modules"]:
        known["modules"].append(module)
    if description and not any(_is_same(description, said) for said in known["descriptions"]):
        known["descriptions"].append(description)


def _squeezed(text: str) -> str:
    """A text without blanks and marks: `cc IIV4` is `ccIIV4`."""
    return re.sub(r"[\W_]", "", normalized(text))


def _is_same(description: str | None, other: str | None) -> bool:
    """Whether two descriptions differ in nothing but blanks and capitals."""
    return normalized(description or "") == normalized(other or "")


STARTED, COMPLETED, NOT_COMPLETED = "STARTED", "COMPLETED", "NOT COMPLETED"
COUNTED = {STARTED: "started", COMPLETED: "completed", NOT_COMPLETED: "not_completed"}
"""Milestones that every period has, as the registry writes them, and the fields that they are; a
study's own `Completed` is another."""


def _period(period: Object, group: str) -> Object:
    """A period of a participant flow, as it says of one group."""
    fields: Object = {"title": text_of(period, "title"), "milestones": [], "drop_outs": []}
    fields |= dict.fromkeys(COUNTED.values())
    for milestone, number, comment in _numbers(period, "milestones", "achievements", group):
        if field := COUNTED.get(milestone):
            fields[field] = number
        if field is None or comment:
            reached = {"title": milestone, "participants": number, "comment": comment}
            fields["milestones"].append(reached)
    for reason, number, comment in _numbers(period, "dropWithdraws", "reasons", group):
        left = {"reason": reason, "participants": number, "comment": comment}
        fields["drop_outs"].append(left)
    return fields


def _numbers(
    period: Object, name: str, of_groups: str, group: str
) -> Iterator[tuple[str, int | None, str | None]]:
    """What a period counts of a group: what it is called, how many, and what is said of it."""
    for row in objects_of(period, name):
        for stats in objects_of(row, of_groups):
            if text_of(stats, "groupId") == group:
                printed = stats.get("numSubjects")
                said = [text_of(row, "comment"), text_of(stats, "comment"), as_printed(printed)]
                comment = "\n".join(filter(None, said)) or None
                yield text_of(row, "type") or "Not named", whole_number(printed), comment
