# cmake -DOUT=FILE.c -DPAGE=FOLDER -P embed.cmake: a C file that holds the page.

set(text "#include \"review/assets.h\"\n")
set(rows "")

# Add what FILES hold, one behind the other, under a name.
function(embed name)
	set(hex "")
	foreach(file ${ARGN})
		file(READ ${file} part HEX)
		string(APPEND hex "${part}")
	endforeach()
	string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
	string(MAKE_C_IDENTIFIER ${name} id)
	string(APPEND text "\nstatic const uint8_t ${id}[] = {${bytes}};\n")
	string(APPEND rows "\t{ \"${name}\", ${id}, sizeof(${id}) },\n")
	set(text "${text}" PARENT_SCOPE)
	set(rows "${rows}" PARENT_SCOPE)
endfunction()

file(GLOB scripts ${PAGE}/script/*.js)
list(SORT scripts)
embed(index.html ${PAGE}/index.html)
embed(icon.svg ${PAGE}/icon.svg)
embed(review.css ${PAGE}/review.css)
embed(review.js ${scripts})
file(WRITE ${OUT} "${text}\nconst struct review_asset review_assets[] = {\n${rows}\t{ 0 },\n};\n")
