/* The pages on which a part is asked for again: loaded by those alone. htmx takes its settings from admin/base.html. */
import "htmx.org";
import "./admin/polling";
import "./admin/relay-test";
import "./admin/theme-editor";
