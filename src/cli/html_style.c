/*
 * The style sheet of our pages.  Each colour of a cell has one for the signs
 * on it, with a contrast of at least 4.5 in both schemes; paper gets the light
 * one.  A change needs another digest: a test says so.
 */
#include "cli/html.h"

const char html_style_digest[] =
	"sha256-VhVKqkhYr3wPhmPOEaU3YnDdMV/s7vCvBbmoaDM/3hI=";

#define LIGHT                                                                  \
	"--ink:#1c1c1c;--paper:#ffffff;--line:#8a8a8a;--link:#0b4f9e;"         \
	"--complete:#cfead3;--on-complete:#0f3d1a;"                            \
	"--empty:#ececec;--on-empty:#4a4a4a;"                                  \
	"--incomplete:#a3141c;--on-incomplete:#ffffff;"                        \
	"--so-far:#cfe3f7;--on-so-far:#0b3a66;"                                \
	"--not-asked:#fbe3a6;--on-not-asked:#4d3700"

#define DARK                                                                   \
	"--ink:#e8e8e8;--paper:#161616;--line:#6e6e6e;--link:#9cc4ff;"         \
	"--complete:#12401d;--on-complete:#c8f0cf;"                            \
	"--empty:#2b2b2b;--on-empty:#b8b8b8;"                                  \
	"--incomplete:#ff9a94;--on-incomplete:#3a0003;"                        \
	"--so-far:#12365a;--on-so-far:#cfe3f7;"                                \
	"--not-asked:#4d3a08;--on-not-asked:#ffe6a8"

const char html_style[] =
	"\n:root{color-scheme:light dark;" LIGHT "}\n"
	"@media screen and (prefers-color-scheme:dark){:root{" DARK "}}\n"
	"body{margin:2rem auto;max-width:92rem;padding:0 1rem;"
	"font:1rem/1.5 system-ui,sans-serif;"
	"color:var(--ink);background:var(--paper)}\n"
	"a{color:var(--link)}\n"
	"h1{overflow-wrap:anywhere}\n"
	"dl{display:grid;grid-template-columns:max-content minmax(0,1fr);"
	"gap:.1rem 1rem}\n"
	"dt{font-weight:bold}\n"
	"dd{margin:0;overflow-wrap:anywhere}\n"
	"@media(max-width:40rem){dl{display:block}\n"
	"dd{margin:0 0 .3rem 1rem}}\n"
	".verdict{font-size:1.25rem;font-weight:bold}\n"
	".scroll{overflow-x:auto}\n"
	"table{border-collapse:collapse;margin:0 0 1.5rem;"
	"font-variant-numeric:tabular-nums}\n"
	"caption{text-align:left;font-weight:bold}\n"
	"th,td{border:1px solid var(--line);padding:.1rem .35rem;"
	"text-align:right;white-space:nowrap}\n"
	"thead th{white-space:normal;vertical-align:bottom}\n"
	"tbody th,.text,.note{text-align:left}\n"
	"td.note{white-space:normal;overflow-wrap:anywhere}\n"
	".sign{text-align:center}\n"
	/* What names a row, and what stands below it, is there however far
	 * the table is scrolled. */
	".scroll th:first-child{position:sticky;left:-1px;z-index:1;"
	"background:var(--paper)}\n"
	".note div{position:sticky;left:.35rem;width:fit-content;"
	"max-width:calc(min(92rem,100vw) - 4rem)}\n"
	".days{font-size:.8125rem}\n"
	".days :target>th{outline:3px solid var(--link);"
	"outline-offset:-3px}\n"
	".cells th,.cells td{min-width:1.5rem;padding:0 .1rem;"
	"text-align:center;position:relative}\n"
	".cells tbody th{text-align:left;padding:0 .35rem}\n"
	".cells td.off{border-color:transparent}\n"
	".cells a{color:inherit;display:block;font-weight:bold}\n"
	".complete{background:var(--complete);color:var(--on-complete)}\n"
	".empty{background:var(--empty);color:var(--on-empty)}\n"
	".incomplete{background:var(--incomplete);"
	"color:var(--on-incomplete)}\n"
	".so-far{background:var(--so-far);color:var(--on-so-far)}\n"
	".not-asked{background:var(--not-asked);color:var(--on-not-asked)}\n"
	".word{position:absolute;width:1px;height:1px;overflow:hidden;"
	"clip-path:inset(50%);white-space:nowrap}\n"
	"ul{margin:0;padding-left:1.2rem}\n"
	"@media print{@page{size:landscape;margin:1cm}\n"
	"body{margin:0;max-width:none;padding:0;font-size:8pt}\n"
	".scroll{overflow:visible}\n"
	".scroll th:first-child,.note div{position:static}\n"
	".note div{max-width:none}\n"
	".days{font-size:.85em}\n"
	".cells th,.cells td{min-width:1.5em}\n"
	"th,td{padding:0 .2rem}\n"
	"thead{display:table-header-group}\n"
	"tr,li{break-inside:avoid}\n"
	"h2,h3,caption{break-after:avoid}\n"
	"a{color:inherit;text-decoration:none}}\n";
