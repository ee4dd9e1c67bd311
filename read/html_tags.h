/* html_tags - the elements that matter to text, and how they behave
 *
 * Elements that are not listed are HTML_OTHER: inline, without properties. The properties are what
 * remains of the HTML standard's tree construction when only text is wanted.
 */
#ifndef READ_HTML_TAGS_H
#define READ_HTML_TAGS_H

enum {
    HTML_BLOCK = 1,             /* starts and ends a line */
    HTML_VOID = 2,              /* has no content */
    HTML_RAW = 4,               /* content is no markup and no text */
    HTML_RCDATA = 8,            /* content is text with character references only */
    HTML_ENDS_P = 16,           /* its start tag closes an open p */
    HTML_WALL = 32,             /* end tags inside do not reach beyond it */
    HTML_RAWTEXT = 64           /* content is text without character references */
};

#define HTML_BP (HTML_BLOCK | HTML_ENDS_P)
#define HTML_TAG_LIST(X) \
    X(html, HTML_BLOCK | HTML_WALL) X(head, HTML_BLOCK) X(body, HTML_BLOCK) \
    X(title, HTML_RCDATA | HTML_BLOCK) X(meta, HTML_VOID) X(link, HTML_VOID) X(base, HTML_VOID) \
    X(script, HTML_RAW) X(style, HTML_RAW) X(noscript, HTML_BLOCK) \
    X(template, HTML_BLOCK | HTML_WALL) X(br, HTML_VOID) X(wbr, HTML_VOID) X(img, HTML_VOID) \
    X(input, HTML_VOID) X(area, HTML_VOID) X(embed, HTML_VOID) X(source, HTML_VOID) \
    X(track, HTML_VOID) X(param, HTML_VOID) X(frame, HTML_VOID) X(col, HTML_VOID | HTML_BLOCK) \
    X(hr, HTML_VOID | HTML_BP) X(a, 0) X(span, 0) X(b, 0) X(i, 0) X(em, 0) X(strong, 0) \
    X(code, 0) X(div, HTML_BP) X(p, HTML_BP) \
    X(h1, HTML_BP) X(h2, HTML_BP) X(h3, HTML_BP) X(h4, HTML_BP) X(h5, HTML_BP) X(h6, HTML_BP) \
    X(hgroup, HTML_BP) X(ul, HTML_BP) X(ol, HTML_BP) X(menu, HTML_BP) X(dir, HTML_BP) \
    X(li, HTML_BP) X(dl, HTML_BP) X(dt, HTML_BP) X(dd, HTML_BP) \
    X(table, HTML_BP | HTML_WALL) X(caption, HTML_BLOCK | HTML_WALL) X(colgroup, HTML_BLOCK) \
    X(thead, HTML_BLOCK) X(tbody, HTML_BLOCK) X(tfoot, HTML_BLOCK) X(tr, HTML_BLOCK) \
    X(td, HTML_BLOCK | HTML_WALL) X(th, HTML_BLOCK | HTML_WALL) \
    X(pre, HTML_BP) X(listing, HTML_BP) X(xmp, HTML_RAWTEXT | HTML_BP) \
    X(plaintext, HTML_RAWTEXT | HTML_BP) X(blockquote, HTML_BP) X(figure, HTML_BP) \
    X(figcaption, HTML_BP) X(address, HTML_BP) X(center, HTML_BP) X(fieldset, HTML_BP) \
    X(legend, HTML_BLOCK) X(form, HTML_BP) X(article, HTML_BP) X(section, HTML_BP) \
    X(nav, HTML_BP) X(aside, HTML_BP) X(header, HTML_BP) X(footer, HTML_BP) X(main, HTML_BP) \
    X(search, HTML_BP) X(details, HTML_BP) X(summary, HTML_BP) X(dialog, HTML_BP) \
    X(button, HTML_BLOCK) X(select, HTML_BLOCK) X(option, HTML_BLOCK) X(optgroup, HTML_BLOCK) \
    X(textarea, HTML_RCDATA | HTML_BLOCK) X(datalist, HTML_BLOCK) X(iframe, HTML_RAW | HTML_BLOCK) \
    X(object, HTML_WALL) X(noembed, HTML_RAW) X(noframes, HTML_RAW) X(frameset, HTML_BLOCK) \
    X(svg, HTML_WALL) X(math, HTML_WALL) X(video, HTML_BLOCK) X(audio, HTML_BLOCK) \
    X(marquee, HTML_BLOCK | HTML_WALL)

enum html_tag {
    HTML_TEXT,                  /* not an element: a run of text */
    HTML_OTHER,
#define HTML_TAG_ENUM(name, props) HTML_##name,
    HTML_TAG_LIST(HTML_TAG_ENUM)
#undef HTML_TAG_ENUM
    HTML_TAG_COUNT
};

/* Attributes that are kept; the rest is skipped while tokenizing. */
#define HTML_ATTR_LIST(X) \
    X(class, "class") X(id, "id") X(role, "role") X(hidden, "hidden") \
    X(aria_hidden, "aria-hidden") X(style, "style") X(href, "href") X(itemprop, "itemprop") \
    X(itemtype, "itemtype") X(datetime, "datetime") \
    X(rel, "rel") X(property, "property") X(name, "name") X(content, "content") X(lang, "lang") \
    X(type, "type")

enum html_attr_name {
    HTML_ATTR_NONE,
#define HTML_ATTR_ENUM(id, spelling) HTML_ATTR_##id,
    HTML_ATTR_LIST(HTML_ATTR_ENUM)
#undef HTML_ATTR_ENUM
    HTML_ATTR_COUNT
};

#endif
