"""What benchmarks of admin pages share: the settings of an installation that nothing else runs beside.

Measures nothing by itself; `make bench` runs it like the others, to no effect.
"""

import os
import sys
from pathlib import Path

from pydantic import SecretStr

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from newsletter.settings import Settings


def settings_below(folder: str) -> Settings:
    """Everything is in `folder`, but for the database when `DATABASE_URL` names one."""
    return Settings(
        data_dir=Path(folder),
        database_url=os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/newsletter.db",
        redis_url="redis://127.0.0.1:1/0",
        secret_key=SecretStr("a secret for the benchmark"),
        public_url="http://localhost",
    )


def database_kind(settings: Settings) -> str:
    """Such as `sqlite`, for the line that says what was measured."""
    return settings.effective_database_url.partition(":")[0]
