// load MODE --server ADDR: keeps a number of calls outstanding and prints one
// JSON object: how many were answered, and how soon.
#include <sysexits.h>

#include <algorithm>
#include <cmath>
#include <cxxopts.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "tests/bench/closed_loop.h"
#include "tests/bench/workloads.h"

namespace {

using namespace turbo::bench;  // NOLINT: this is all of the program

constexpr struct {
  const char* name;
  bool users;  // needs a file of them
  bool mail;   // and mail in their trays
  std::unique_ptr<Workload> (*make)(Material&, size_t slots);
} kModes[] = {
    {"send", true, false, MakeSend},  {"each", true, false, MakeEach},
    {"list", true, true, MakeList},   {"read", true, true, MakeRead},
    {"mixed", true, true, MakeMixed}, {"seed", false, false, MakeSeed},
    {"put", false, false, MakePut},
};

cxxopts::Options Parser() {
  cxxopts::Options parser(
      "load",
      "A closed loop of calls: send, each (one to every user, however long), "
      "list, read, mixed (1 send, 4 lists,"
      " 4 reads, 1 deletion), seed (the seed's contract: send, delete,"
      " delete) or put (etcd).");
  parser.add_options()                                                     //
      ("mode", "what to call", cxxopts::value<std::string>())              //
      ("server", "host:port or unix:PATH", cxxopts::value<std::string>())  //
      ("tokens", "users and their tokens, written by loader",
       cxxopts::value<std::string>())  //
      ("users", "how many of them, at most",
       cxxopts::value<size_t>()->default_value("10000"))  //
      ("outstanding", "calls at any time",
       cxxopts::value<size_t>()->default_value("1"))  //
      ("connections", "they share so many",
       cxxopts::value<size_t>()->default_value("1"))  //
      ("warm-up", "seconds before measuring",
       cxxopts::value<double>()->default_value("0.5"))  //
      ("duration", "seconds of measuring",
       cxxopts::value<double>()->default_value("3"))  //
      ("body", "bytes in a message",
       cxxopts::value<size_t>()->default_value("200"))  //
      ("request-ids", "give each send one")             //
      ("server-pid", "whose processor time to tell, too",
       cxxopts::value<int>()->default_value("0"))  //
      ("help", "this");
  parser.parse_positional({"mode"});
  parser.positional_help("MODE");
  return parser;
}

nlohmann::ordered_json Measure(const cxxopts::ParseResult& options) {
  const auto name = options["mode"].as<std::string>();
  const auto* mode =
      std::find_if(std::begin(kModes), std::end(kModes),
                   [&](const auto& m) { return name == m.name; });
  if (mode == std::end(kModes)) {
    throw std::invalid_argument("no mode " + name + "; see --help");
  }
  Load load{options["server"].as<std::string>(),
            options["outstanding"].as<size_t>(),
            std::max<size_t>(1, options["connections"].as<size_t>()),
            std::chrono::duration<double>(options["warm-up"].as<double>()),
            std::chrono::duration<double>(options["duration"].as<double>()),
            options["server-pid"].as<int>()};
  Material material;
  material.body = options["body"].as<size_t>();
  material.request_ids = options.count("request-ids") > 0;
  if (mode->users || options.count("tokens") > 0) {
    material.users = ReadUsers(options["tokens"].as<std::string>(),
                               options["users"].as<size_t>());
  }
  if (mode->mail) ListInboxes(load, material);
  const auto workload = mode->make(material, load.outstanding);
  const Outcome outcome = Run(load, *workload);

  nlohmann::ordered_json report{{"mode", name},
                                {"outstanding", load.outstanding},
                                {"connections", load.connections}};
  report.update(ReportOf(outcome.latencies, outcome.seconds));
  const auto us = [&](double seconds) {
    return std::round(seconds * 1e7 /
                      static_cast<double>(
                          std::max<uint64_t>(1, outcome.latencies.count()))) /
           10;
  };
  report["client_us"] = us(outcome.client_cpu);
  if (load.server_pid != 0) report["server_us"] = us(outcome.server_cpu);
  return report;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    cxxopts::Options parser = Parser();
    const cxxopts::ParseResult options = parser.parse(argc, argv);
    if (options.count("help") > 0) {
      std::cout << parser.help();
      return EX_OK;
    }
    for (const char* name : {"mode", "server"}) {
      if (options.count(name) == 0) {
        throw std::invalid_argument(std::string("no ") + name + "; see --help");
      }
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
