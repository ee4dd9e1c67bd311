/* extract_hints - what authors call the parts of their pages
 *
 * Words of class and id values, split at what is no letter and at aB, belong to groups; a value
 * gives the set of its groups. Class names are English in pages of every language.
 */
#ifndef READ_EXTRACT_HINTS_H
#define READ_EXTRACT_HINTS_H
#include <stdint.h>
#include "core/slice.h"

#define HINT_GROUPS(X) \
    X(nav, "nav navigation navbar navigator menu menus submenu topnav navlinks") \
    X(footer, "footer foot colophon bottom footerlinks") \
    X(header, "header head masthead topbar banner top") \
    X(sidebar, "sidebar side aside rail sidenav sidebars rightcol leftcol") \
    X(comment, "comment comments disqus commentlist respond discussion") \
    X(related, "related recommend recommended recommendations similar more readmore suggestions " \
      "upsell crosssell popular trending latest recent") \
    X(share, "share sharing social socials follow facebook twitter addtoany sharedaddy") \
    X(ad, "ad ads advert advertisement sponsor sponsored promo promotion dfp gpt adsense adslot") \
    X(cookie, "cookie cookies consent gdpr onetrust privacy") \
    X(content, "content contents maincontent copy body text prose richtext rte wysiwyg markdown") \
    X(article, "article articles story news post posts entry hentry blog") \
    X(product, "product products sku price prices cart basket buy checkout addtocart quantity") \
    X(modal, "modal popup overlay lightbox dialog drawer offcanvas flyout tooltip") \
    X(newsletter, "newsletter subscribe subscription signup optin mailchimp") \
    X(crumbs, "breadcrumb breadcrumbs crumbs crumb") \
    X(pager, "pagination pager paging prev next pagenav") \
    X(byline, "meta byline postmeta author authors bio avatar date time published timestamp " \
      "updated posted") \
    X(tags, "tag tags category categories topics tagcloud labels") \
    X(login, "search searchform searchbox login signin register account user profile") \
    X(widget, "widget widgets widgetarea block module") \
    X(main, "main primary page container") \
    X(title, "title headline heading subtitle entrytitle") \
    X(intro, "hero jumbotron intro lead lede excerpt summary teaser dek standfirst") \
    X(card, "card cards tile tiles box grid list listing listings results items collection item") \
    X(about, "description desc overview spec specs specification specifications attributes " \
      "features feature details info") \
    X(review, "review reviews rating ratings stars testimonial testimonials") \
    X(tabs, "tab tabs tabpanel panel accordion collapse collapsible faq faqs question answer") \
    X(filter, "filter filters facet facets sort sorting refine") \
    X(thread, "thread topic threads forum forums message messages postbody reply replies quote " \
      "signature poster member") \
    X(docs, "doc docs document documentation api reference guide manual code highlight toc") \
    X(caption, "caption figcaption credit credits copyright legal terms disclaimer policy") \
    X(action, "button btn btns cta action actions link links image img photo media video slider " \
      "carousel logo language lang country currency")

enum hint_group {
#define GROUP(name, words) HINT_##name,
    HINT_GROUPS(GROUP)
#undef GROUP
    HINT_COUNT
};

#define HINT_SLOTS 1024
#define HINT_WORD_MAX 16

struct hints {                  /* hash table of words, made once */
    uint64_t key[HINT_SLOTS][2];        /* a word, padded with zeros */
    uint8_t group[HINT_SLOTS];
};

void hints_init(struct hints *t);
/* Set of groups named by a value: bit 1 << enum hint_group. Only the front of long values counts:
 * utility classes make them endless. */
uint32_t hints_of(const struct hints *t, struct slice value);

#endif
