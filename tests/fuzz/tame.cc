#include <unictype.h>
#include <unistr.h>

#include "tests/fuzz/targets.h"

namespace turbo::fuzz {

// By Unicode's own properties, unlike the code that is tried.
bool IsTame(std::string_view text) {
  while (!text.empty()) {
    ucs4_t c = 0;
    const int size = u8_mbtoucr(
        &c, reinterpret_cast<const uint8_t*>(text.data()), text.size());
    if (size <= 0) return false;
    text.remove_prefix(static_cast<size_t>(size));
    if (c == '\n' || c == '\t') continue;
    constexpr uint32_t kSteering =
        UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Zl | UC_CATEGORY_MASK_Zp;
    if (uc_is_general_category_withtable(c, kSteering) ||
        uc_is_property_bidi_control(c)) {
      return false;
    }
  }
  return true;
}

}  // namespace turbo::fuzz
