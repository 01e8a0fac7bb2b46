// load MODE --server ADDR: keeps a number of calls outstanding and prints one
// JSON object: how many were answered, how soon, and at what cost.
#include <sysexits.h>

#include <algorithm>
#include <cmath>
#include <cxxopts.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/bench/closed_loop.h"
#include "tests/bench/workloads.h"

namespace {

using namespace turbo::bench;  // NOLINT: this is all of the program
using nlohmann::ordered_json;

std::vector<Mode> AllModes() {
  std::vector<Mode> modes(MailModes().begin(), MailModes().end());
  modes.push_back(SeedMode());
  return modes;
}

cxxopts::Options Parser() {
  std::string about = "A closed loop of calls. MODE is one of";
  for (const Mode& mode : AllModes()) {
    about.append("\n  ").append(mode.name).append(": ").append(mode.help);
  }
  cxxopts::Options parser("load", about);
  const auto number = [](const char* standard) {
    return cxxopts::value<size_t>()->default_value(standard);
  };
  const auto seconds = [](const char* standard) {
    return cxxopts::value<double>()->default_value(standard);
  };
  const auto text = [] { return cxxopts::value<std::string>(); };
  auto add = parser.add_options();
  add("mode", "", text());
  add("server", "host:port or unix:PATH", text());
  add("tokens", "users and their tokens, written by loader", text());
  add("users", "only the first so many of them", number("1000000"));
  add("outstanding", "calls at any time", number("1"));
  add("connections", "which they share", number("1"));
  add("warm-up", "seconds before measuring", seconds("0.5"));
  add("duration", "seconds of measuring", seconds("3"));
  add("body", "bytes in a message", number("200"));
  add("request-ids", "give each send one");
  add("anew", "ask for no list twice, so that no answer can be a kept one");
  add("announce", "say so on stderr when measuring begins");
  add("server-pid", "whose processor time to tell",
      cxxopts::value<int>()->default_value("0"));
  add("help", "this");
  parser.parse_positional({"mode"});
  parser.positional_help("MODE");
  return parser;
}

Mode FindMode(const std::string& name) {
  for (const Mode& mode : AllModes()) {
    if (mode.name == name) return mode;
  }
  throw std::invalid_argument("no mode " + name + "; see --help");
}

Load LoadOf(const cxxopts::ParseResult& options) {
  using Seconds = std::chrono::duration<double>;
  Load load;
  load.server = options["server"].as<std::string>();
  load.outstanding = options["outstanding"].as<size_t>();
  load.connections = std::max<size_t>(1, options["connections"].as<size_t>());
  load.warm_up = Seconds(options["warm-up"].as<double>());
  load.duration = Seconds(options["duration"].as<double>());
  load.server_pid = options["server-pid"].as<int>();
  load.announce = options.count("announce") > 0;
  return load;
}

Material MaterialFor(const Mode& mode, const Load& load,
                     const cxxopts::ParseResult& options) {
  Material material;
  material.body = options["body"].as<size_t>();
  material.request_ids = options.count("request-ids") > 0;
  material.anew = options.count("anew") > 0;
  const bool given = options.count("tokens") > 0;
  if (mode.users && !given) {
    throw std::invalid_argument(options["mode"].as<std::string>() +
                                " needs --tokens; loader writes them");
  }
  if (given) {
    material.users = ReadUsers(options["tokens"].as<std::string>(),
                               options["users"].as<size_t>());
  }
  if (mode.mail) ListInboxes(load, material);
  return material;
}

ordered_json Measure(const cxxopts::ParseResult& options) {
  const Mode mode = FindMode(options["mode"].as<std::string>());
  const Load load = LoadOf(options);
  Material material = MaterialFor(mode, load, options);
  const auto workload = mode.make(material, load.outstanding);
  const Outcome outcome = Run(load, *workload);

  ordered_json report{{"mode", mode.name},
                      {"outstanding", load.outstanding},
                      {"connections", load.connections}};
  report.update(ReportOf(outcome.latencies, outcome.seconds));
  const auto calls = static_cast<double>(outcome.latencies.count());
  const auto us_each = [&](double seconds) {
    return calls == 0 ? 0 : std::round(seconds / calls * 1e7) / 10;
  };
  report["client_us"] = us_each(outcome.client_cpu);
  if (load.server_pid != 0) report["server_us"] = us_each(outcome.server_cpu);
  return report;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    cxxopts::Options parser = Parser();
    const auto options = parser.parse(argc, argv);
    if (options.count("help") > 0) {
      std::cout << parser.help();
      return EX_OK;
    }
    if (options.count("mode") == 0 || options.count("server") == 0) {
      throw std::invalid_argument("which mode, and which --server? See --help");
    }
    std::cout << Measure(options) << '\n';
  } catch (const std::runtime_error& e) {
    std::cerr << "load: " << e.what() << '\n';
    return EX_UNAVAILABLE;
  } catch (const std::exception& e) {
    std::cerr << "load: " << e.what() << '\n';
    return EX_USAGE;
  }
  return EX_OK;
}
