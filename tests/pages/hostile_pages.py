"""Pieces of HTML that pages made to be slow or large consist of, repeated."""

HOSTILE = {
    "many elements": '<span class="author">x</span>',
    "deep nesting": '<div class="author"><b>',
    "open styles": "<style>",
    "open comments": "<!--",
    "brackets": "<",
    "entities": "<p>&lt;",
    "metas": '<meta name="author" content="x">',
    "headings": "<h1>x</h1>",
    "cards": "<li><a href=x><span class=byline>By Jo Do</span></a><h3>",
    "figures": "<figure><img src=a.jpg><figcaption>Photo: x</figcaption></figure>",
    "items": '<div itemscope itemtype="http://schema.org/Article"><i itemprop=author>',
    "json": '<script type="application/ld+json">[{"@type":"Article","headline":"x", /* */},]</script>',
    "json depth": '<script type="application/ld+json">' + "[" * 5_000 + "</script>",
    "spaces": " ",
    "title": "<title>&amp;",
}
