"""The arms of a study at ClinicalTrials.gov, joined with the groups of its results.

The protocol's arms have labels and no ids; each module of the results (participant flow, baseline,
each outcome, adverse events) has groups with ids of its own, which say nothing beyond it. So a
group is an arm by its title: it is the arm's label, or a title that the arm was found to have in
another module. Groups and arms that this leaves are joined in their order, where the study has as
many of the one as of the other and nothing speaks against it; see `_in_order`. A group that is
no arm (all participants, two arms together, an order of treatments) stands beside the arms, and
says why. Wrongly joined arms would turn a trial's results round: in doubt, they are not.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations, count

from app.ingest.sources.study_fields import (
    Object,
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

PARTICIPANTS = "participants"
"""The units of denominators that are people."""

Analyzed = Mapping[str, int | None]
"""How many participants there are in each group of a module, by the ids that they have in it."""


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
        self._started: dict[str, int | None] = {}
        groups = objects_of(interventions, "armGroups")
        labels = [text_of(group, "label") or "" for group in groups]
        times = Counter(map(normalized, labels))
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
            self._words[arm["id"]] = _words(" ".join([label, *arm["interventions"]]))
            if compared and times[compared] == 1:
                self._by_title[compared] = arm
                self._matched[compared] = GroupMatch.TITLE

    def learn(self, module: ResultsModule, groups: list[Object], analyzed: Analyzed) -> None:
        """Note the titles that arms have in a module, where its groups are joined in their order.

        To be called for every module before any is joined, the participant flow first: by equal
        titles they are all joined then, whatever module a title was learnt from.
        """
        titles = [_title(group) for group in groups]
        for place, arm in list(self._in_order(module, groups, titles, analyzed)):
            compared = normalized(titles[place])
            self._by_title[compared] = arm
            self._matched[compared] = GroupMatch.ORDER
            self._words[arm["id"]] |= _words(titles[place])
        if module == ResultsModule.PARTICIPANT_FLOW:
            numbers = zip(groups, self._joined(titles), strict=True)
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
        for group, title, arm in zip(groups, titles, self._joined(titles), strict=True):
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

    def _joined(self, titles: list[str]) -> list[Object | None]:
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
        arms by their title; and their words must not say otherwise: see `_speaks_against`.
        An outcome's groups may be other people than its arms, such as men and women. So each of
        them has to share more words with its arm than with any other; or some of them do and none
        fewer, and in each as many were analysed as started in its arm.
        """
        joined = self._joined(titles)
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
        pairs = [(titles[place], arm) for place, arm in zip(places, left, strict=True)]
        if self._speaks_against(pairs, [arm for arm in joined if arm]):
            return
        if module == ResultsModule.OUTCOMES:
            leads = [self._lead(title, arm) for title, arm in pairs]
            numbers = [analyzed.get(text_of(groups[place], "id") or "") for place in places]
            started = [self._started.get(arm["id"]) for arm in left]
            is_all = None not in numbers and numbers == started
            if min(leads, default=0) < (0 if is_all else 1) or not any(leads):
                return
        yield from zip(places, left, strict=True)

    def _speaks_against(self, pairs: list[tuple[str, Object]], joined: list[Object]) -> bool:
        """Whether words say that titles are of other arms than those that stand in their place.

        They do where a title shares more words with an arm that another group is; or where two
        titles share more words with each other's arms than with their own. One of them alone may:
        of `Drug + usual care` and `Usual care alone`, both share most with the first arm.
        """
        for title, arm in pairs:
            own = self._shared(title, arm)
            if any(self._shared(title, other) > own for other in joined):
                return True
        return any(
            self._shared(title, arm) + self._shared(other_title, other)
            < self._shared(title, other) + self._shared(other_title, arm)
            for (title, arm), (other_title, other) in combinations(pairs, 2)
        )

    def _lead(self, title: str, arm: Object) -> int:
        """How many more words a title shares with an arm than with any other arm."""
        others = (self._shared(title, other) for other in self.all if other is not arm)
        return self._shared(title, arm) - max(others, default=0)

    def _shared(self, title: str, arm: Object) -> int:
        return len(_words(title) & self._words[arm["id"]])

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
        named = {entry["id"]: entry for entry in (*self.all, *self.groups)}
        for group, id_ in ids.items():
            periods = [_period(period, group) for period in objects_of(flow, "periods")]
            named[id_]["periods"] = periods
            named[id_]["participants"] = periods[0]["started"] if periods else None
            named[id_]["completed"] = periods[0]["completed"] if len(periods) == 1 else None


def started_in(flow: Object) -> Analyzed:
    """How many started in the first period, by group: in a later one they may have changed over."""
    return {
        text_of(stats, "groupId") or "": whole_number(stats.get("numSubjects"))
        for period in objects_of(flow, "periods")[:1]
        for milestone in objects_of(period, "milestones")
        if text_of(milestone, "type") == STARTED
        for stats in objects_of(milestone, "achievements")
    }


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


def _words(text: str) -> set[str]:
    """The words and numbers of a text: `5mg` is 5 and mg."""
    return set(re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+", normalized(text)))


def _is_same(description: str | None, other: str | None) -> bool:
    """Whether two descriptions differ in nothing but blanks and capitals."""
    return normalized(description or "") == normalized(other or "")


STARTED, COMPLETED, NOT_COMPLETED = "STARTED", "COMPLETED", "NOT COMPLETED"
COUNTED = {STARTED: "started", COMPLETED: "completed", NOT_COMPLETED: "not_completed"}
"""Milestones that every period has, and the fields that they are."""


def _period(period: Object, group: str) -> Object:
    """A period of a participant flow, as it says of one group."""
    fields: Object = {"title": text_of(period, "title"), "milestones": [], "drop_outs": []}
    fields |= dict.fromkeys(COUNTED.values())
    for milestone, number, comment in _numbers(period, "milestones", "achievements", group):
        if field := COUNTED.get(milestone.replace("_", " ").upper()):
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
                said = (text_of(row, "comment"), text_of(stats, "comment"))
                comment = "\n".join(filter(None, said)) or None
                yield text_of(row, "type") or "", whole_number(stats.get("numSubjects")), comment
