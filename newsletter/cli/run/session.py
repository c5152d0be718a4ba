"""One run from beginning to end: look around, prepare the database, run everything, stop everything."""

import os
import shutil

from newsletter.cli.run import release, surroundings
from newsletter.cli.run.config import settled
from newsletter.cli.run.lock import DataLock
from newsletter.cli.run.output import notice
from newsletter.cli.run.programs import programs
from newsletter.cli.run.stop import Stopped, StopSignals
from newsletter.cli.run.supervise import Supervision
from newsletter.settings import Settings, load_settings


def run_until_stopped(*, demo: bool, verbose: bool) -> None:
    """Run everything until asked to stop; `Refused` or `OperatorMustAct` say why it cannot start."""
    settings = load_settings()
    with StopSignals() as stop:
        try:
            supervision = _prepare(settings, demo=demo, verbose=verbose)
        except Stopped:
            return
        stop.hold()
        supervision.run(stop)
    if settings.data_dir not in settings.runtime_dir.parents:
        shutil.rmtree(settings.runtime_dir, ignore_errors=True)  # a folder of ours among everybody's


def _prepare(settings: Settings, *, demo: bool, verbose: bool) -> Supervision:
    surroundings.check_data_dir(settings.data_dir)
    lock = DataLock(settings.data_dir)
    lock.acquire(notice)
    surroundings.prepare_runtime_dir(settings.runtime_dir)
    surroundings.check_ports(settings)
    if settings.redis_url is not None:
        surroundings.check_redis(settings.redis_url)
    if settings.database_url is not None:
        surroundings.check_database(settings.database_url)
    outer = settled(settings, os.environ)
    if demo:
        release.want_demo(settings)
    release.upgrade_database(settings, outer)
    preparations = release.Preparations(settings, outer, notice, demo=demo)
    return Supervision(
        settings,
        programs(settings),
        lock,
        outer,
        preparations,
        as_root=os.geteuid() == 0,
        verbose=verbose,
    )
