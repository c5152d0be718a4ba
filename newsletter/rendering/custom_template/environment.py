"""The Jinja environment of templates that people write: plain data, listed filters, listed methods.

Jinja's own sandbox lets a template call every public method of what it is given. Here only the declared
fields and properties of our objects can be read, and only what is listed can be called. What remains is
bounded by the process that it runs in (see `limits`).
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from jinja2 import BaseLoader, Environment, FileSystemLoader, TemplateNotFound, nodes, pass_context
from jinja2.environment import TemplateModule
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, TemplateReference, Undefined
from jinja2.utils import Cycler, Joiner, Namespace
from markupsafe import Markup

from newsletter.core.errors import Refused
from newsletter.core.paths import templates_dir
from newsletter.rendering.environment import Sandbox, make_environment
from newsletter.rendering.filters import FILTERS

FOLDERS = ("_macros/", "base/", "blocks/", "themes/")  # of the built-in templates that may be included
LONGEST_RANGE = 10_000


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Of Jinja's filters not: `attr`, `pprint`, `safe`, `string` and `tojson`, which show what objects are or end
# escaping; `random`, which makes another message each time; `urlize`, which takes quadratic time.
_JINJA_FILTERS = _names(
    "abs batch capitalize center count d default dictsort e escape filesizeformat first float "
    "forceescape format groupby indent int items join last length list lower map max min reject "
    "rejectattr replace reverse round select selectattr slice sort striptags sum title trim truncate "
    "unique upper urlencode wordcount wordwrap xmlattr"
)
_STRING = _names(
    "capitalize casefold count endswith find isalnum isalpha isascii isdigit islower isspace istitle "
    "isupper join lower lstrip partition removeprefix removesuffix replace rfind rpartition rsplit "
    "rstrip split splitlines startswith strip swapcase title upper"
)
_METHODS: Mapping[type, frozenset[str]] = {
    str: _STRING,
    Markup: _STRING | {"striptags", "unescape"},
    dict: frozenset({"get", "items", "keys", "values"}),
    list: frozenset({"count", "index"}),
    tuple: frozenset({"count", "index"}),
    date: frozenset({"isoformat", "isoweekday", "strftime", "weekday"}),
}
_PROPERTIES: Mapping[type, frozenset[str]] = {date: frozenset({"day", "month", "year"})}
# Methods of our own that built-in templates call, too.
_OURS = frozenset({("Wording", "reading_time"), ("Contents", "anchor_of")})
_OF_JINJA = (LoopContext, Cycler, Joiner, Namespace, TemplateModule, TemplateReference, BlockReference, Macro)


class StrictSandbox(Sandbox):
    """Lets through what is listed, and nothing else."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if attr.startswith("_"):
            return False
        kind: type = type(obj)
        if isinstance(obj, _OF_JINJA):
            return not isinstance(obj, Macro)
        if kind.__module__.startswith("newsletter."):
            return attr in _declared(kind) or (kind.__name__, attr) in _OURS
        return attr in _METHODS.get(kind, ()) or attr in _PROPERTIES.get(kind, ())

    def is_safe_callable(self, obj: Any) -> bool:
        if isinstance(obj, Undefined | Macro | BlockReference | LoopContext | Joiner):
            return True  # calling what is undefined says what is undefined
        if any(obj is each for each in self.globals.values()):
            return True
        owner = getattr(obj, "__self__", None)
        name = getattr(obj, "__name__", "")
        if isinstance(owner, LoopContext | Cycler):
            return not name.startswith("_")
        kind: type = type(owner)
        return name in _METHODS.get(kind, ()) or (kind.__name__, name) in _OURS


@cache
def _declared(kind: type) -> frozenset[str]:
    """The fields and properties of one of our classes, none of those that a library's class has."""
    names = {*getattr(kind, "model_fields", ()), *getattr(kind, "__dataclass_fields__", ())}
    for each in kind.__mro__:
        if each.__module__.startswith("newsletter."):
            names |= {name for name, value in vars(each).items() if isinstance(value, property)}
    return frozenset(name for name in names if not name.startswith("_"))


class _BuiltIn(FileSystemLoader):
    """The built-in templates of issues; no other file, and not those of system messages."""

    def get_source(self, environment: Environment, template: str) -> Any:
        if not template.startswith(FOLDERS):
            raise TemplateNotFound(template)
        return super().get_source(environment, template)


@cache
def environment() -> StrictSandbox:
    """The environment of custom templates; made once per process."""
    loader: BaseLoader = _BuiltIn(templates_dir() / "email")
    made = make_environment(StrictSandbox, loader)
    # Otherwise constants would be computed while it is compiled, where an error has no line.
    made.optimized, made.finalize = False, _finalize
    made.filters = {
        name: filter_ for name, filter_ in made.filters.items() if name in _JINJA_FILTERS or name in FILTERS
    }
    translated = {name: made.globals[name] for name in ("_", "gettext", "ngettext")}
    made.globals = {
        "cycler": Cycler,
        "dict": dict,
        "joiner": Joiner,
        "namespace": Namespace,
        "range": _range,
        **translated,
    }
    return made


@pass_context
def _finalize(_context: Context, value: Any) -> Any:
    """What `{{ }}` shows. Objects have addresses in memory, so a message could never be made again."""
    if value is None or isinstance(value, str | int | float | date | Undefined | Markup):
        return value
    raise Refused("template_refused", "Only text, numbers and dates can be shown here.")


def _range(*bounds: int) -> range:
    numbers = range(*bounds)
    if len(numbers) > LONGEST_RANGE:
        raise Refused("template_refused", f"A range has at most {LONGEST_RANGE:,} numbers.")
    return numbers


def refused_statement(tree: nodes.Template) -> nodes.Node | None:
    """The first statement that a custom template may not use: one that ends escaping."""
    return next(tree.find_all((nodes.EvalContextModifier, nodes.ScopedEvalContextModifier)), None)
