/* The admin works without this file, but for the editor. One line for each feature's small behaviour. */
import "./public";
import "./admin/menus";
import "./admin/passwords";
import "./admin/unsaved-input";
import "./admin/publications";
import "./admin/upload";
import "./admin/selected-input";
import "./admin/inbox-keys";
import "./admin/translations";
