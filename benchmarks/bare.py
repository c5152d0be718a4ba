"""The least that a Flask application can do for a page: one view, one template. The reference of `pages.py`.

Measures nothing by itself; `make bench` runs it like the others, to no effect.
"""

from flask import Flask, render_template
from jinja2 import DictLoader

PAGE = """\
<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>{{ title }}</title></head>
  <body>{% for number in range(20) %}<p class="line">{{ number }} {{ title }}</p>{% endfor %}</body>
</html>
"""

app = Flask("bare")
app.jinja_loader = DictLoader({"page.html": PAGE})


@app.get("/")
def show() -> str:
    return render_template("page.html", title="Bread & butter")
