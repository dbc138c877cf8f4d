/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Debian 13's libelf.a (elfutils 0.192) calls these and does not hold them: they are in a library
 * that is linked into libelf.so only. They keep the tree of elf_getdata_rawchunk(3), which nobody
 * here calls, so that the tree stays empty. A libelf.a that holds them may override them. */
void eu_search_tree_init(void *tree, int (*compare)(const void *, const void *));
__attribute__((weak)) void eu_search_tree_init(void *tree,
					       int (*compare)(const void *, const void *))
{
	(void)tree;
	(void)compare;
}

void eu_search_tree_fini(void *tree, void (*free_node)(void *));
__attribute__((weak)) void eu_search_tree_fini(void *tree, void (*free_node)(void *))
{
	(void)tree;
	(void)free_node;
}
