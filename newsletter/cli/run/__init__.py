"""`newsletter run`: everything on this machine, started, watched and stopped together.

`surroundings` and `lock` say in one sentence why it cannot start, `release` prepares the database, `programs`
and `config` say what runs, `supervise` keeps it running and `follow` shows what it writes. Every child runs
behind `end_with_parent`, so that none outlives its supervisor.
"""

import click


@click.command("run")
@click.option(
    "--demo/--no-demo", default=True, help="Load the demo when a new database is created (default)."
)
@click.option("--verbose", is_flag=True, help="Show the whole log, not only what went wrong.")
def run(demo: bool, verbose: bool) -> None:
    """Run the web server, the workers and the embedded parts until Ctrl-C.

    Database, Redis and SMTP are embedded where DATABASE_URL, REDIS_URL or SMTP_URL is unset.
    Everything is logged to DATA_DIR/log; warnings and errors are shown here, too.
    """
    from newsletter.cli.run.session import run_until_stopped

    run_until_stopped(demo=demo, verbose=verbose)


command = run
