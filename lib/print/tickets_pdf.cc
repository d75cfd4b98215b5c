#include "print/tickets_pdf.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>

#include "base/text.h"
#include "print/qr.h"

namespace ticketd::print {
namespace {

// All lengths are in points, cairo's unit for PDF.
constexpr double kMillimetre = 72 / 25.4;
constexpr double kPageWidth = 210 * kMillimetre, kPageHeight = 297 * kMillimetre, kMargin = 20 * kMillimetre;
constexpr double kTextWidth = kPageWidth - 2 * kMargin;
// Its dark modules, without the quiet zone: a phone reads it from half a metre.
constexpr double kQrWidth = 70 * kMillimetre, kQrTop = 130 * kMillimetre;
// Text above the code ends here. The quiet zone of the smallest code, 21 modules, is 13.3 mm wide.
constexpr double kTextBottom = kQrTop - 14 * kMillimetre;
constexpr double kCodeTop = kQrTop + kQrWidth + 14 * kMillimetre, kCodeBottom = kPageHeight - kMargin;
constexpr std::size_t kCodeGroups = 4;  // in a line
// More than any page has room for; whoever wrote a novel for a place does not keep us shaping it.
constexpr std::size_t kMostCharacters = 500;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Surface = std::unique_ptr<cairo_surface_t, Freed<cairo_surface_destroy>>;
using Cairo = std::unique_ptr<cairo_t, Freed<cairo_destroy>>;
using Context = std::unique_ptr<PangoContext, Freed<g_object_unref>>;
using Layout = std::unique_ptr<PangoLayout, Freed<g_object_unref>>;
using Attributes = std::unique_ptr<PangoAttrList, Freed<pango_attr_list_unref>>;
using Font = std::unique_ptr<PangoFontDescription, Freed<pango_font_description_free>>;

void check(cairo_status_t status) {
  if (status == CAIRO_STATUS_NO_MEMORY) throw std::bad_alloc();
  if (status != CAIRO_STATUS_SUCCESS) throw std::runtime_error(std::string("cairo: ") + cairo_status_to_string(status));
}

cairo_status_t append(void* to, const unsigned char* bytes, unsigned int size) {
  try {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes), size);
  } catch (const std::bad_alloc&) {
    return CAIRO_STATUS_NO_MEMORY;
  }
  return CAIRO_STATUS_SUCCESS;
}

struct Style {
  const char* family;  // DejaVu is what the package depends on; what it has no letters for is taken from any other
  double size;
  bool is_bold;
  int lines;  // at most
};
constexpr const char* kSans = "DejaVu Sans, sans-serif";
constexpr Style kTitle{kSans, 24, true, 3}, kTime{kSans, 14, false, 2}, kPlace{kSans, 14, false, 2};
constexpr Style kHolder{kSans, 18, true, 2}, kDetail{kSans, 14, false, 2};
constexpr Style kCode{"DejaVu Sans Mono, monospace", 20, true, 1};
constexpr double kGap = 10;
// Kept for the last line, whatever the letters above it: some scripts' are twice as high.
constexpr double kLabelHeight = 2 * kDetail.size;

class Page {
 public:
  Page(cairo_t* cairo, PangoFontMap* fonts) : cairo_(cairo) {
    const Context context(pango_font_map_create_context(fonts));
    pango_cairo_update_context(cairo, context.get());
    layout_.reset(pango_layout_new(context.get()));
    pango_layout_set_width(layout_.get(), static_cast<int>(kTextWidth * PANGO_SCALE));
    pango_layout_set_wrap(layout_.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_ellipsize(layout_.get(), PANGO_ELLIPSIZE_END);
    pango_layout_set_alignment(layout_.get(), PANGO_ALIGN_CENTER);
    // Where a word is cut that is wider than the page: a hyphen would be read as a part of it.
    const Attributes attributes(pango_attr_list_new());
    pango_attr_list_insert(attributes.get(), pango_attr_insert_hyphens_new(FALSE));
    pango_layout_set_attributes(layout_.get(), attributes.get());
  }

  // From `top` on, in the middle of the page, nothing of it below `bottom`. Gives back where it ends.
  double add_text(const std::string& text, const Style& style, double top, double bottom) {
    const Font font(pango_font_description_from_string(style.family));
    pango_font_description_set_absolute_size(font.get(), style.size * PANGO_SCALE);
    pango_font_description_set_weight(font.get(), style.is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout_.get(), font.get());
    pango_layout_set_height(layout_.get(), -style.lines);
    const auto line = excerpt(printable(text), kMostCharacters);
    pango_layout_set_text(layout_.get(), line.data(), static_cast<int>(line.size()));
    int height = 0;
    pango_layout_get_size(layout_.get(), nullptr, &height);
    const auto end = std::min(top + static_cast<double>(height) / PANGO_SCALE, bottom);
    if (end <= top) return top;
    cairo_save(cairo_);
    // Accents upon accents reach beyond their line, as high as one likes.
    cairo_rectangle(cairo_, 0, top, kPageWidth, end - top);
    cairo_clip(cairo_);
    cairo_move_to(cairo_, kMargin, top);
    pango_cairo_show_layout(cairo_, layout_.get());
    cairo_restore(cairo_);
    return end;
  }

  void add_qr(const std::string& text) {
    const auto code = qr_code_of(text);
    cairo_save(cairo_);
    cairo_translate(cairo_, (kPageWidth - kQrWidth) / 2, kQrTop);
    cairo_scale(cairo_, kQrWidth / code.size, kQrWidth / code.size);
    // One path: between two there would be a hairline, where a reader smooths edges.
    for (const auto& run : code.runs) cairo_rectangle(cairo_, run.x, run.y, run.width, 1);
    cairo_fill(cairo_);
    cairo_restore(cairo_);
  }

 private:
  cairo_t* cairo_;
  Layout layout_;
};

void draw(Page& page, const Sheet& sheet, const SheetTicket& ticket) {
  auto y = kMargin;
  const auto add = [&](const std::string& text, const Style& style) {
    y = page.add_text(text, style, y, kTextBottom - kLabelHeight) + kGap;
  };
  add(sheet.event_title, kTitle);
  add(sheet.when, kTime);
  add(sheet.where, kPlace);
  if (ticket.holder_name) add(*ticket.holder_name, kHolder);
  if (sheet.ticket_type) add(*sheet.ticket_type, kDetail);
  page.add_text(ticket.label, kDetail, std::min(y, kTextBottom - kLabelHeight), kTextBottom);
  page.add_qr(ticket.code);
  y = kCodeTop;
  for (const auto& line : readable_lines(ticket.code, kCodeGroups)) y = page.add_text(line, kCode, y, kCodeBottom);
}

constexpr std::array<const char*, 7> kWeekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                               "Thursday", "Friday", "Saturday"};
constexpr std::array<const char*, 12> kMonths{"January", "February", "March",     "April",   "May",      "June",
                                              "July",    "August",   "September", "October", "November", "December"};

std::string date_of(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return std::string(kWeekdays.at(std::chrono::weekday(day).c_encoding())) + ", " +
         std::to_string(static_cast<unsigned>(date.day())) + ' ' + kMonths.at(static_cast<unsigned>(date.month()) - 1) +
         ' ' + std::to_string(static_cast<int>(date.year()));
}

std::string time_of_day(Time time) { return format_time(time).substr(11, 5); }

}  // namespace

std::string label_of(int number, std::size_t place, std::size_t count) {
  const auto of = std::to_string(place) + " of " + std::to_string(count);
  if (static_cast<std::size_t>(number) == place) return "Ticket " + of;
  return "Ticket " + std::to_string(number) + " (" + of + ')';
}

std::string period_of(Time begin, Time end) {
  const auto first = std::chrono::floor<std::chrono::days>(begin), last = std::chrono::floor<std::chrono::days>(end);
  return date_of(first) + ", " + time_of_day(begin) + " – " + (last == first ? "" : date_of(last) + ", ") +
         time_of_day(end) + " UTC";
}

std::string tickets_pdf(const Sheet& sheet) {
  if (sheet.tickets.empty() || sheet.tickets.size() > kMostPages) throw std::invalid_argument("1 to 100 tickets");
  // One at a time: fonts are in memory once, and Pango, which asks fontconfig in threads of its own, has few of them
  // whatever the number of ours. A page takes a millisecond or two.
  static std::mutex mutex;
  static PangoFontMap* const fonts = pango_cairo_font_map_new();
  const std::lock_guard lock(mutex);
  std::string pdf;
  const Surface surface(cairo_pdf_surface_create_for_stream(append, &pdf, kPageWidth, kPageHeight));
  check(cairo_surface_status(surface.get()));
  const auto made = format_time(sheet.changed_at).substr(0, 19) + 'Z';
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, made.c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE,
                                 excerpt(printable(sheet.event_title), kMostCharacters).c_str());
  {
    const Cairo cairo(cairo_create(surface.get()));
    Page page(cairo.get(), fonts);
    for (const auto& ticket : sheet.tickets) {
      draw(page, sheet, ticket);
      cairo_show_page(cairo.get());
    }
    check(cairo_status(cairo.get()));
  }
  cairo_surface_finish(surface.get());
  check(cairo_surface_status(surface.get()));
  return pdf;
}

}  // namespace ticketd::print
