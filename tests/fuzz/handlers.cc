#include "tests/fuzz/targets.h"
#include "tests/fuzz/world.h"

namespace turbo::fuzz {

void Handlers(std::string_view input) {
  const auto script = ParseScript(input);
  if (!script) return;
  World world;
  world.Run(*script);
  world.CheckTrays();
}

}  // namespace turbo::fuzz
