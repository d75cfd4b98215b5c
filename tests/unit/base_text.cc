#include "base/text.h"

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

TEST_GROUP(Text){};

TEST(Text, HasOneForm) {
  expect_text("Caf\u00e9", normalized("Cafe\u0301"));
  expect_text("Caf\u00e9", normalized("Caf\u00e9"));
  expect_text("\u00c5", normalized("\u212b"));
  expect_text("\uac01", normalized("\u1100\u1161\u11a8"));
  expect_text("\u1ea1\u0307", normalized("a\u0307\u0323"));
  for (const auto* kept : {"", "plain", "\ufb01", "\u2460", "👩‍👩‍👧‍👦", "\u202eevil", "\xff\xfe"})
    expect_text(kept, normalized(kept));
}

TEST(Text, IsTrimmedOfEveryWhiteSpace) {
  expect_text("x y", trimmed(" \t\r\n\u00a0\u3000\u2028\ufeffx y\u2009\u0085 "));
  expect_text("", trimmed(" \u00a0 "));
  expect_text("\u200bx\u200b", trimmed("\u200bx\u200b"));
}

TEST(Text, IsVisibleIfThereIsSomethingToSee) {
  for (const auto* text : {"a", "1", "!", "🎟", "東", "\u00a0x", "\u0378", "\ue000"})
    CHECK_TRUE_TEXT(is_visible(text), text);
  for (const auto* text : {"", " ", "\u00a0", "\u200b", "\u3164", "\uffa0", "\u115f", "\u2800", "\u00ad\u202e",
                           "\u2060", "\ufe0f", "\u0301", "\U000e0041", "\u3000\u200d"})
    CHECK_FALSE_TEXT(is_visible(text), text);
}

TEST(Text, IsCutWithAnEllipsisIfItIsLonger) {
  expect_text("", excerpt("", 4));
  expect_text("Jazz", excerpt("Jazz", 4));
  expect_text("Jaz…", excerpt("Jazzy", 4));
  expect_text("東京…", excerpt("東京の夜に", 3));
  expect_text("a…", excerpt("a  long one", 4));  // the spaces go
  expect_text("\xff…", excerpt("\xff\xff\xff", 2));
}

TEST(Text, IsCutBetweenWhatAReaderSeesAsACharacter) {
  const std::string family = "👩‍👩‍👧";  // five code points
  expect_text("ab…", excerpt("ab" + family + family, 7));
  expect_text("ab" + family + "…", excerpt("ab" + family + family, 8));
  expect_text("ab…", excerpt("abe\u0301\u0302", 4));
  expect_text("e\u0301\u0301…", excerpt("e\u0301\u0301\u0301\u0301", 4));  // one as long as that
}

TEST(Text, OfAPasswordIsOpaque) {
  expect_text("p\u00e4ss word", opaque_string("pa\u0308ss\u00a0word"));
  expect_text(" a  b ", opaque_string(" a\u3000\u2009b "));
  expect_text("\u03c3\ufb01", opaque_string("\u03c3\ufb01"));  // neither case nor compatibility is mapped
  expect_text("\xff", opaque_string("\xff"));
}

TEST(Text, RunsWithinALineAsItIsUnlessItCouldTurnTheLine) {
  for (const auto* plain : {"Jazz", "Zoë 東京 🎟 a\nb", "\"<b>\""}) expect_text(plain, isolated(plain));
  expect_text("\u2068שלום 5\u2069", isolated("שלום 5"));
  expect_text("\u2068\u202eevil\u2069", isolated("\u202eevil"));
}

TEST(Text, DoesNotEndItsIsolate) {
  expect_text("\u2068a\u202eb\u2069", isolated("a\u2069\u2069\u202eb"));
  expect_text("\u2068\u2067a\u2069b\u2069", isolated("\u2067a\u2069\u2069b"));
  expect_text("\u2068\u2067a\u2069\u2069", isolated("\u2067a"));
  expect_text("\u2068a \u202eb c\u2069", isolated("a\n\u202eb\u2029c"));
}

TEST(Text, ForAPageIsOneLineOfCharacters) {
  for (const auto* plain : {"", "Jazz", "Zoë 東京 🎟\u00a0\u202eevil"}) expect_text(plain, printable(plain));
  expect_text("a b  c d e f ", printable("a\nb\r\nc\td\u2028e\u0085f\x7f"));
  expect_text(" a", printable(std::string_view("\0a", 2)));
  expect_text("\ufffda\ufffd\ufffd\ufffdb", printable("\xff"
                                                      "a\xed\xa0\x80"
                                                      "b"));  // half of a pair of surrogates
  expect_text("a\ufffdb\ufffd", printable("a\uffff"
                                          "b\U0001fffe"));
}

TEST(Text, OfALanguageHasTwoLetters) {
  for (const auto* text : {"de", "en", "zz"}) CHECK_TRUE_TEXT(is_language(text), text);
  for (const auto* text : {"", "d", "deu", "DE", "d1", "..", "d-", "\xc3\xa9"})
    CHECK_FALSE_TEXT(is_language(text), text);
}
