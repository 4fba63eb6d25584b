"""Texts that would be a script, markup or a style anywhere but in a text.

Each that runs sets window.HIT, asks for HIT, or opens a dialog.
"""

RUN = "window.HIT=1"

STRINGS = (
    "<script>%s</script>", "</script><script>%s</script>",
    "<ScRiPt>%s</sCrIpT>", "<script src=HIT.js></script>",
    "<script src=//127.0.0.1/HIT></script>", "<scr<script>ipt>%s</script>",
    "<script\x0c>%s</script>", "<script/x>%s</script>",
    "--></script><script>%s</script>", "<!--<script>%s</script>",
    "]]><script>%s</script>", "</title><script>%s</script>",
    "</textarea><script>%s</script>", "</style><script>%s</script>",
    "</option></select><script>%s</script>", "</dd></dl><script>%s</script>",
    "<img src=HIT onerror=%s>", "<img src=x onerror='%s'>",
    '"><img src=x onerror="%s">', "'><img src=x onerror='%s'>",
    "`><img src=x onerror=`%s`>", "<img/src=x/onerror=%s>",
    "<img src onerror = %s>", "<image src=x onerror=%s>",
    "<svg onload=%s>", "<svg/onload=%s>", "<svg><script>%s</script></svg>",
    "<svg><animate onbegin=%s attributeName=x dur=1s>",
    "<svg><style><img src=x onerror=%s></style></svg>",
    "<math><mi xlink:href='javascript:%s'>x</mi></math>",
    "<body onload=%s>", "<iframe src='javascript:%s'></iframe>",
    "<iframe srcdoc='<script>parent.%s</script>'></iframe>",
    "<object data='javascript:%s'></object>", "<embed src='javascript:%s'>",
    "<a href='javascript:%s'>x</a>", "<a href=javascript&colon;%s>x</a>",
    "<form action='javascript:%s'><input type=submit></form>",
    "<button formaction='javascript:%s'>x</button>",
    "<input autofocus onfocus=%s>", "<select autofocus onfocus=%s>",
    "<textarea autofocus onfocus=%s>", "<details open ontoggle=%s>",
    "<video><source onerror=%s></video>", "<audio src=x onerror=%s>",
    "<video poster=javascript:%s></video>", "<marquee onstart=%s>",
    "<meta http-equiv=refresh content='0;javascript:%s'>",
    "<base href='javascript:%s//'>", "<link rel=stylesheet href=HIT.css>",
    "<link rel=import href=HIT>", "<style>@import 'HIT.css'</style>",
    "<style>*{background:url(HIT)}</style>", "<div style='x:expression(%s)'>",
    "<div onmouseover=%s>x</div>", "<table background='javascript:%s'>",
    "<template><script>%s</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=%s>'>",
    "<keygen autofocus onfocus=%s>", "<dialog open onclose=%s>",
    "javascript:%s", "JaVaScRiPt:%s", "data:text/html,<script>%s</script>",
    "vbscript:%s", "\";%s;//", "';%s;//", "`;%s;//", "\\\";%s;//",
    "\\';%s//", "${%s}", "{{%s}}", "{{constructor.constructor('%s')()}}",
    "</script\u2028><script>%s</script>", "\u2028%s//", "\u2029%s\n//",
    "&lt;script&gt;%s&lt;/script&gt;", "&#60;script&#62;%s&#60;/script&#62;",
    "%%3Cscript%%3E%s%%3C/script%%3E", "\\u003cscript\\u003e%s\\u003c/script\\u003e",
    "\uff1cscript\uff1e%s\uff1c/script\uff1e", "__proto__", "constructor",
    "[object Object]", "</body></html><script>%s</script>",
    ");%s;callarkReview(", "]);%s;//", "*/%s/*",
)

INJECTIONS = tuple(s % RUN if "%s" in s else s for s in STRINGS)
assert len(INJECTIONS) >= 80 and len(set(INJECTIONS)) == len(INJECTIONS)
