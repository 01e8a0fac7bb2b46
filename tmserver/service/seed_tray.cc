#include "tmserver/service/seed_tray.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tmserver/service/seed_content.h"
#include "tmserver/service/seed_translate.h"

namespace turbo::service {
namespace {

// At least the tags and lengths of a content and of its Correo.
constexpr size_t kFraming = 12;

}  // namespace

bool SeedTray::Add(const mail::Message& message) {
  if (message.id > std::numeric_limits<int32_t>::max()) return false;
  seed::Correo correo = ToCorreo(message);
  const size_t content = correo.contenido().size();
  const size_t frame = correo.ByteSizeLong() - content + kFraming;
  const size_t shortest = std::min(content, ShortestContent());
  if (frames_ + frame + shortest_ + shortest > kMaxTrayBytes) return false;
  *tray_.add_correos() = std::move(correo);
  frames_ += frame;
  contents_ += content;
  shortest_ += shortest;
  // Not each time, so that a long tray isn't gone through for each message.
  if (frames_ + contents_ > 2 * kMaxTrayBytes) Shorten();
  return true;
}

seed::Bandeja SeedTray::Finish() && {
  Shorten();
  return std::move(tray_);
}

void SeedTray::Shorten() {
  if (frames_ + contents_ <= kMaxTrayBytes) return;
  const size_t limit = LongestContent();
  contents_ = 0;
  for (seed::Correo& correo : *tray_.mutable_correos()) {
    correo.set_contenido(ShortenContent(correo.contenido(), limit));
    contents_ += correo.contenido().size();
  }
}

// How long contents may be so that the reply is just small enough.
size_t SeedTray::LongestContent() const {
  std::vector<size_t> sizes;
  for (const seed::Correo& correo : tray_.correos()) {
    sizes.push_back(correo.contenido().size());
  }
  std::sort(sizes.begin(), sizes.end());
  size_t room = kMaxTrayBytes - frames_;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const size_t share = room / (sizes.size() - i);
    if (sizes[i] > share) return share;
    room -= sizes[i];
  }
  return kMaxTrayBytes;
}

}  // namespace turbo::service
