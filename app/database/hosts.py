"""The hosts of a Postgres: a primary and its standbys, and which of them to ask.

psycopg asks several hosts by itself, but each time anew: one that is frozen would cost every
connection the whole time-out, and one that is behind the others could not be left out. So each is
asked alone here, by what was seen of it last.
"""

import logging
import os
import random
import socket
from collections.abc import Mapping
from contextlib import suppress
from time import monotonic
from typing import Any, NamedTuple

import psycopg
import sqlalchemy as sa

logger = logging.getLogger("medfacts")

LIFETIME = 60.0
"""Seconds for which a connection is used where there are several hosts, at most; half, at least.
So what had to go elsewhere comes back."""

WATCHERS_LIFETIME = 3.0
"""The same of a connection that asks which release is served: of several hosts that are apart, the
one that is ahead is soon asked, and from then on none is served that is behind it."""

AVOIDED = 5.0
"""Seconds for which a host that failed is asked only if no other is there."""

DISTRUSTED = 60.0
"""The same of one whose data was found not to be whole: what a disk has changed is rarely one page,
and of lists that lack an item not all is seen while serving."""

ANY = "any"


class Host(NamedTuple):
    """An address that a URL names; libpq has a default for either."""

    name: str
    port: str

    def parameters(self) -> dict[str, str]:
        """What connects to it."""
        return {"host": self.name, "port": self.port or "5432"} if self.name else {}

    def __str__(self) -> str:
        return f"{self.name}:{self.port}" if self.port else self.name


class Hosts:
    """Connects to the hosts of an engine, and knows of each connection which one it is of.

    Those that have not failed lately come first, in a random order; of these a standby, or the
    primary, as `prefers_standby` has it. Where no such one is left, the other kind will do.
    """

    def __init__(
        self, parameters: Mapping[str, Any], *, prefers_standby: bool, lifetime: float
    ) -> None:
        self._parameters = dict(parameters)
        self._lifetime = lifetime
        self._prefers_standby = prefers_standby
        self.all = self._named()
        wanted = parameters.get("target_session_attrs", "prefer-standby")
        self._takes_any = len(self.all) < 2 or wanted != "prefer-standby"
        if not self._takes_any:
            self._parameters["target_session_attrs"] = ANY
        self._in_turn = parameters.get("load_balance_hosts") == "disable"
        self._avoided: dict[Host, float] = {}
        self._broken: dict[Host, float] = {}
        self._distrusted: dict[Host, float] = {}
        self._alone: dict[Host, sa.Engine] = {}
        self._standbys: dict[Host, bool] = {}

    def _named(self) -> list[Host]:
        names = str(self._parameters.get("host") or "").split(",")
        ports = str(self._parameters.get("port") or "").split(",")
        if len(names) == 1 or "hostaddr" in self._parameters:
            return [Host("", "")]  # as the parameters stand
        ports = ports * len(names) if len(ports) == 1 else ports
        if len(ports) != len(names):
            raise psycopg.ProgrammingError(f"{len(names)} hosts and {len(ports)} ports are named")
        return [Host(*named) for named in zip(names, ports, strict=True)]

    def listen(self, engine: sa.Engine) -> None:
        """Have an engine connect by this, and give up what is of a host that failed since."""
        sa.event.listen(engine, "do_connect", self._connect)
        sa.event.listen(engine, "checkout", self._hold)

    def give_up(self, host: Host, why: object) -> None:
        """Use no connection to a host that was made before now, and ask others first."""
        self._broken[host] = monotonic()
        self._avoid(host, why)

    def distrust(self, host: Host) -> None:
        """Use no connection to a host that was made before now, and for long ask it last."""
        self._broken[host] = self._distrusted[host] = monotonic()

    def others(self, than: set[Host]) -> list[Host]:
        """Each host that may do better than these did together, those first that do best."""
        every = [host for hosts in self._in_order() for host in hosts]
        return [host for host in every if {host} != than]

    def alone(self, host: Host) -> sa.Engine:
        """An engine whose connections are of one of the hosts, and not kept."""
        if host not in self._alone:
            only = Hosts(self._parameters, prefers_standby=True, lifetime=self._lifetime)
            only.all = [host]
            engine = sa.create_engine(
                "postgresql://", isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
            )
            only.listen(engine)
            self._alone[host] = engine
        return self._alone[host]

    def _avoid(self, host: Host, why: object) -> None:
        now = monotonic()
        if len(self.all) > 1 and not self._is_avoided(host, now):
            logger.warning("the database at %s is left alone for a while: %s", host, why)
        self._avoided[host] = now

    def _is_avoided(self, host: Host, now: float) -> bool:
        return now - self._avoided.get(host, float("-inf")) < AVOIDED

    def _is_distrusted(self, host: Host, now: float) -> bool:
        return now - self._distrusted.get(host, float("-inf")) < DISTRUSTED

    def _in_order(self) -> list[list[Host]]:
        """Those that have not failed lately, the others, which failed longest ago first, and those
        whose data is not whole."""
        now = monotonic()
        hosts = self.all if self._in_turn else random.sample(self.all, len(self.all))
        if not self._takes_any:  # what was seen spares a connection; it may have changed since
            hosts = sorted(hosts, key=lambda host: not self._is_preferred(host))
        since = {host: self._avoided.get(host, float("-inf")) for host in hosts}
        avoided = [host for host in hosts if now - since[host] < AVOIDED]
        distrusted = [host for host in hosts if self._is_distrusted(host, now)]
        return [
            [host for host in hosts if host not in avoided + distrusted],
            [h for h in sorted(avoided, key=lambda h: since[h]) if h not in distrusted],
            distrusted,
        ]

    def _is_preferred(self, host: Host) -> bool:
        return self._standbys.get(host, self._prefers_standby) == self._prefers_standby

    def _connect(self, _: sa.Dialect, record: Any, *_more: Any) -> psycopg.Connection[Any]:
        failure: psycopg.Error | None = None
        for hosts in self._in_order():
            second_best: tuple[Host, psycopg.Connection[Any]] | None = None
            for host in hosts:
                if host in self._avoided:
                    self._avoided[host] = monotonic()  # one tries whether it is back
                try:
                    found = psycopg.connect(**self._parameters | host.parameters())
                except psycopg.Error as error:
                    self._avoid(host, error)  # what is connected goes on
                    failure = error
                    continue
                self._avoided.pop(host, None)
                self._standbys[host] = found.info.parameter_status("in_hot_standby") == "on"
                if self._takes_any or self._is_preferred(host):
                    if second_best:
                        second_best[1].close()
                    return self._noted(record, host, found)
                if second_best:
                    found.close()
                else:
                    second_best = host, found
            if second_best:
                return self._noted(record, *second_best)
        raise failure or psycopg.OperationalError("no host is named")

    def _noted(
        self, record: Any, host: Host, found: psycopg.Connection[Any]
    ) -> psycopg.Connection[Any]:
        lasts = self._lifetime * random.uniform(0.5, 1)  # noqa: S311 -- nothing to guess
        lasts = lasts if len(self.all) > 1 else float("inf")
        made = monotonic()
        if self._is_distrusted(host, made):
            lasts = AVOIDED  # until another one is back
        record.info.update(host=host, made=made, until=made + lasts, is_new=True)
        return found

    def _hold(self, _: Any, record: Any, *_more: Any) -> None:
        """Have a connection replaced whose host failed since, or whose time is over."""
        known = record.info
        if known.pop("is_new", False):
            return
        is_broken = known["made"] <= self._broken.get(known["host"], float("-inf"))
        if is_broken or monotonic() > known["until"]:
            raise sa.exc.DisconnectionError


def cut(connection: psycopg.Connection[Any]) -> None:
    """End what another thread waits for on a connection, whether or not its server is alive."""
    with (
        suppress(OSError, psycopg.Error),
        socket.socket(fileno=os.dup(connection.fileno())) as same,
    ):
        same.shutdown(socket.SHUT_RDWR)
