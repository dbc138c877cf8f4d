# SPDX-License-Identifier: GPL-2.0-or-later
# The page of `trapgate trace --html`: page.html with the style and the script in it, in two parts,
# between which the trace goes; page_blob.S embeds them.

PAGE := $(addprefix src/trace/page/,page.html page.css data.js filter.js timeline.js list.js page.js self_test.js)

$(GEN)/page.head $(GEN)/page.tail: src/trace/page/page.awk $(PAGE) src/trace/page/page.mk
	@mkdir -p $(@D)
	$(Q)awk -v dir=src/trace/page -v part=$(subst .,,$(suffix $@)) -f $< src/trace/page/page.html > $@

$(OBJ)/trace/page_blob.S.o: $(GEN)/page.head $(GEN)/page.tail
