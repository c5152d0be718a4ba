/* The desk works without this file, but for the editor. One line for each feature's small behaviour. */
import "./public";
import "./admin/menus";
import "./admin/passwords";
import "./admin/kept";
import "./admin/watch";
import "./admin/publications";
import "./admin/look";
import "./admin/relay";
import "./admin/upload";
