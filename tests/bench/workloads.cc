#include "tests/bench/workloads.h"

#include <fstream>
#include <random>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "tests/bench/kv.pb.h"
#include "turbomessage/v1/mail.pb.h"

namespace turbo::bench {
namespace {

namespace v1 = turbomessage::v1;

constexpr char kSend[] = "/turbomessage.v1.Mail/Send";
constexpr char kList[] = "/turbomessage.v1.Mail/List";
constexpr char kCount[] = "/turbomessage.v1.Mail/Count";
constexpr char kGet[] = "/turbomessage.v1.Mail/Get";
constexpr char kDelete[] = "/turbomessage.v1.Mail/Delete";
constexpr int kPage = 20;

// The same choices in every run.
class Dice {
 public:
  size_t Below(size_t end) {
    return std::uniform_int_distribution<size_t>(0, end - 1)(engine_);
  }
  template <class T>
  T& OneOf(std::vector<T>& all) {
    return all[Below(all.size())];
  }

 private:
  std::mt19937_64 engine_{1};
};

v1::ListRequest FirstPage(const v1::Filter& filter = {}) {
  v1::ListRequest request;
  request.set_box(v1::BOX_INBOX);
  request.set_page_size(kPage);
  *request.mutable_filter() = filter;
  return request;
}

// The calls that the mail's workloads are made of.
class MailCalls {
 public:
  explicit MailCalls(Material& material)
      : material_(material),
        body_(material.body, 'x'),
        prefix_(std::to_string(std::random_device{}())) {}

  Call Send(const User& to) {
    v1::SendRequest request;
    request.add_to(to.name);
    request.set_subject("load");
    request.set_body(body_);
    if (material_.request_ids) {
      request.set_request_id(prefix_ + "-" + std::to_string(++sends_));
    }
    return {kSend, Pack(request), &AnyUser().token};
  }
  Call List(const v1::Filter& filter = {}) {
    v1::ListRequest request = FirstPage(filter);
    if (material_.anew) {
      // A field that no server knows makes it another request.
      constexpr int kUnknown = 1000;
      v1::ListRequest::GetReflection()
          ->MutableUnknownFields(&request)
          ->AddVarint(kUnknown, ++lists_);
    }
    return {kList, Pack(request), &AnyUser().token};
  }
  Call Read() {
    const User* user = &AnyUser();
    while (user->inbox.empty()) user = &AnyUser();
    v1::GetRequest request;
    request.set_id(user->inbox[dice_.Below(user->inbox.size())]);
    request.set_box(v1::BOX_INBOX);
    return {kGet, Pack(request), &user->token};
  }
  static Call Delete(const User& user, int64_t id) {
    v1::DeleteRequest request;
    request.add_ids(id);
    request.set_box(v1::BOX_INBOX);
    return {kDelete, Pack(request), &user.token};
  }
  User& AnyUser() { return dice_.OneOf(material_.users); }
  Dice& dice() { return dice_; }

 private:
  Material& material_;
  const std::string body_;
  const std::string prefix_;
  uint64_t sends_ = 0;
  uint64_t lists_ = 0;
  Dice dice_;
};

class Send final : public Workload {
 public:
  explicit Send(Material& material) : calls_(material) {}
  std::optional<Call> Next(size_t) override {
    return calls_.Send(calls_.AnyUser());
  }

 private:
  MailCalls calls_;
};

// One send to each user, whose name the body has in angle brackets.
class Each final : public Workload {
 public:
  explicit Each(Material& material) : users_(material.users) {}
  std::optional<Call> Next(size_t) override {
    if (next_ == users_.size()) return std::nullopt;
    const User& to = users_[next_++];
    v1::SendRequest request;
    request.add_to(to.name);
    request.set_body('<' + to.name + '>');
    return Call{kSend, Pack(request), &users_.front().token};
  }

 private:
  const std::vector<User>& users_;
  size_t next_ = 0;
};

class List : public Workload {
 public:
  explicit List(Material& material) : calls_(material) {}
  std::optional<Call> Next(size_t) override { return calls_.List(filter_); }

 protected:
  MailCalls calls_;
  v1::Filter filter_;
};

class ListUnread final : public List {
 public:
  explicit ListUnread(Material& material) : List(material) {
    filter_.set_read(false);
  }
};

class ListFrom final : public List {
 public:
  explicit ListFrom(Material& material) : List(material) {
    filter_.set_from(material.users.front().name);
  }
};

class Count final : public Workload {
 public:
  explicit Count(Material& material) : calls_(material) {}
  std::optional<Call> Next(size_t) override {
    v1::CountRequest request;
    request.set_box(v1::BOX_INBOX);
    return Call{kCount, Pack(request), &calls_.AnyUser().token};
  }

 private:
  MailCalls calls_;
};

class Read final : public Workload {
 public:
  explicit Read(Material& material) : calls_(material) {}
  std::optional<Call> Next(size_t) override { return calls_.Read(); }

 private:
  MailCalls calls_;
};

// One send, four lists, four reads, one deletion. What it deletes it has sent
// before, so that the store stays as large as it is and no read misses.
class Mixed final : public Workload {
 public:
  Mixed(Material& material, size_t slots)
      : calls_(material), recipients_(slots) {}

  std::optional<Call> Next(size_t slot) override {
    const size_t roll = calls_.dice().Below(10);
    recipients_[slot] = nullptr;
    if (roll < 4) return calls_.List();
    if (roll < 8) return calls_.Read();
    if (roll == 8 && !deletable_.empty()) {
      const auto [user, id] = deletable_.back();
      deletable_.pop_back();
      return MailCalls::Delete(*user, id);
    }
    const User& to = calls_.AnyUser();
    recipients_[slot] = &to;
    return calls_.Send(to);
  }

  void Answered(size_t slot, const grpc::ByteBuffer& response) override {
    if (recipients_[slot] == nullptr) return;
    deletable_.emplace_back(recipients_[slot],
                            Unpack<v1::SendResponse>(response).id());
  }

 private:
  MailCalls calls_;
  std::vector<const User*> recipients_;  // of each slot's running send
  std::vector<std::pair<const User*, int64_t>> deletable_;
};

// Each user's first page, once: the request that List makes again.
class Collect final : public Workload {
 public:
  Collect(std::vector<User>& users, size_t slots)
      : users_(users), asked_(slots) {}
  std::optional<Call> Next(size_t slot) override {
    if (next_ == users_.size()) return std::nullopt;
    asked_[slot] = &users_[next_++];
    return Call{kList, Pack(FirstPage()), &asked_[slot]->token};
  }
  void Answered(size_t slot, const grpc::ByteBuffer& response) override {
    const auto page = Unpack<v1::ListResponse>(response);
    for (const auto& message : page.messages()) {
      asked_[slot]->inbox.push_back(message.id());
    }
  }

 private:
  std::vector<User>& users_;
  std::vector<User*> asked_;
  size_t next_ = 0;
};

// etcd: values of a message's size under 10,000 keys, which is how many users
// scripts/bench has unless it is told otherwise.
class Put final : public Workload {
 public:
  explicit Put(const Material& material) : value_(material.body, 'x') {}
  std::optional<Call> Next(size_t) override {
    etcdserverpb::PutRequest request;
    request.set_key("user/" + std::to_string(dice_.Below(10000)));
    request.set_value(value_);
    return Call{"/etcdserverpb.KV/Put", Pack(request)};
  }

 private:
  const std::string value_;
  Dice dice_;
};

template <class Kind>
std::unique_ptr<Workload> Make(Material& material, size_t slots) {
  if constexpr (std::is_constructible_v<Kind, Material&, size_t>) {
    return std::make_unique<Kind>(material, slots);
  } else {
    return std::make_unique<Kind>(material);
  }
}

constexpr Mode kModes[] = {
    {"send", "from anybody to anybody", true, false, Make<Send>},
    {"each", "one send to every user, however long", true, false, Make<Each>},
    {"list", "a page of 20", true, true, Make<List>},
    {"unread", "a page of 20 that are unread", true, true, Make<ListUnread>},
    {"from", "a page of those from one user", true, true, Make<ListFrom>},
    {"count", "how many a tray has", true, true, Make<Count>},
    {"read", "one message", true, true, Make<Read>},
    {"mixed", "1 send, 4 lists, 4 reads, 1 deletion", true, true, Make<Mixed>},
    {"put", "etcd's", false, false, Make<Put>},
};

}  // namespace

std::vector<User> ReadUsers(const std::string& path, size_t limit) {
  std::ifstream file(path);
  std::vector<User> users;
  User user;
  while (users.size() < limit && file >> user.name >> user.token) {
    users.push_back(user);
  }
  if (users.empty()) {
    throw std::runtime_error("no users in " + path + ": write it with loader");
  }
  return users;
}

void ListInboxes(const Load& load, Material& material) {
  Load listing;
  listing.server = load.server;
  listing.outstanding = 64;
  Collect collect(material.users, listing.outstanding);
  Run(listing, collect);
  for (const User& user : material.users) {
    if (!user.inbox.empty()) return;
  }
  throw std::runtime_error("nobody has mail to read: let loader make some");
}

std::span<const Mode> MailModes() { return kModes; }

}  // namespace turbo::bench
