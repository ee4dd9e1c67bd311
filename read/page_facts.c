/* See page_facts.h. */
#include "read/page_facts.h"

void page_facts_of(const struct html *h, struct page_facts *f)
{
    *f = (struct page_facts){SLICE(""), SLICE(""), SLICE("")};
    f->lang = html_attr(h, &h->node[0], HTML_ATTR_lang);
    for (uint32_t i = 1; i < h->n_nodes && h->node[i].tag != HTML_body; i++) {
        const struct html_node *e = &h->node[i];
        if (e->tag == HTML_title && !f->title.n && e->end > i + 1)
            f->title = html_text(h, e + 1);
        else if (e->tag == HTML_link && !f->canonical.n &&
                 slice_eq_nocase(html_attr(h, e, HTML_ATTR_rel), SLICE("canonical")))
            f->canonical = html_attr(h, e, HTML_ATTR_href);
    }
}
