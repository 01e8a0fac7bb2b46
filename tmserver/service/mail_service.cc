#include "tmserver/service/mail_service.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "tmserver/service/translate.h"
#include "turbomessage/v1/mail.grpc.pb.h"

namespace turbo::service {

using mail::Result;
using mail::Right;

namespace {

// Of lists: what polls asks the same again and again.
constexpr size_t kCachedBytes = 32 << 20;

std::optional<mail::Time> FirstToExpire(const mail::Page& page) {
  std::optional<mail::Time> first;
  for (const mail::Message& message : page.messages) {
    const auto& time = message.expires_at;
    if (time && (!first || *time < *first)) first = time;
  }
  return first;
}

// Counts a part of the tray at a time.
class Tally : public std::enable_shared_from_this<Tally> {
 public:
  Tally(mail::Mailbox& mailbox, mail::Caller caller, mail::Box box,
        mail::Filter filter, Reply<v1::CountResponse> reply)
      : mailbox_(mailbox),
        caller_(std::move(caller)),
        box_(box),
        filter_(std::move(filter)),
        reply_(std::move(reply)) {}

  void Step() {
    const auto part = mailbox_.Count(caller_, box_, filter_, position_);
    if (!part) return reply_(tl::unexpected(part.error()));
    response_.set_count(response_.count() + part->count);
    position_ = part->next;
    if (!position_) return reply_(response_);
    RunSoon([self = shared_from_this()] { self->Step(); });
  }

 private:
  mail::Mailbox& mailbox_;
  const mail::Caller caller_;
  const mail::Box box_;
  const mail::Filter filter_;
  const Reply<v1::CountResponse> reply_;
  std::optional<mail::MessageId> position_;
  v1::CountResponse response_;
};

// Whether what was answered before is most of what the list shows. A filter
// passes over others, which are found faster together.
bool MostMayBeKnown(const mail::ListQuery& query) {
  return query.box == mail::Box::kInbox && !query.with_body &&
         query.filter.empty();
}

// What a list of the inbox answered.
mail::KnownMessages KnownFrom(grpc::ByteBuffer& answer) {
  mail::KnownMessages known;
  v1::ListResponse response;
  if (!Parse(answer, response)) return known;
  for (v1::Message& message : *response.mutable_messages()) {
    const mail::MessageId id = message.id();
    known.emplace(id, FromProto(std::move(message), mail::Box::kInbox));
  }
  return known;
}

}  // namespace

MailService::MailService(mail::Sessions& sessions, mail::Mailbox& mailbox)
    : Service(v1::Mail::service_full_name(), sessions),
      mailbox_(mailbox),
      lists_(kCachedBytes),
      batches_(sessions, mailbox),
      watches_(sessions, mailbox) {
  Add("Send", Right::kSend, &MailService::Send);
  AddStream("SendMany", Right::kSend, &MailService::SendMany, Counting::kPaced);
  AddStream("SendBatches", Right::kSend, &MailService::SendBatches,
            Counting::kPaced);
  Add("List", Right::kRead, &MailService::List);
  AddStream("Watch", mail::Right::kRead, &MailService::Watch);
  Add("Count", Right::kRead, &MailService::Count);
  Add("Get", Right::kRead, &MailService::Get);
  // Reading a message marks it, so who may read may mark.
  Add("Mark", Right::kRead, &MailService::Mark);
  Add("Delete", Right::kFull, &MailService::Delete);
}

void MailService::EndStreams() {
  batches_.Stop();
  watches_.Stop();
}

void MailService::Send(v1::SendRequest request, const Caller& caller,
                       Reply<v1::SendResponse> reply) {
  mailbox_.Send(caller, DraftOf(request), OptionsOf(request),
                [reply = std::move(reply)](Result<mail::Sent> sent) {
                  reply(sent.map([](const auto& s) { return ToProto(s); }));
                });
}

std::unique_ptr<StreamHandler> MailService::SendMany(Stream& stream,
                                                     const Caller& caller) {
  return batches_.Open(stream, caller, Framing::kOne);
}

std::unique_ptr<StreamHandler> MailService::SendBatches(Stream& stream,
                                                        const Caller& caller) {
  return batches_.Open(stream, caller, Framing::kSeveral);
}

void MailService::List(v1::ListRequest request, const Caller& caller,
                       Reply<grpc::ByteBuffer> reply) {
  const Result<mail::Box> box = FromProto(request.box());
  if (!box) return reply(tl::unexpected(box.error()));
  const AnswerCache::Question question{caller.id, request.SerializeAsString(),
                                       mailbox_.TrayVersion(caller, *box)};
  auto earlier = lists_.Find(question, mailbox_.Now());
  if (earlier && earlier->is_current) return reply(std::move(earlier->answer));
  Result<ListPlan> plan = PlanOf(request, caller, *box);
  if (!plan) return reply(tl::unexpected(plan.error()));
  mail::KnownMessages known;
  if (earlier && MostMayBeKnown(plan->query)) {
    known = KnownFrom(earlier->answer);
  }
  if (!known.empty()) plan->query.known = &known;
  Result<mail::Page> page = Find(caller, *plan);
  if (!page) return reply(tl::unexpected(page.error()));
  const auto expires_at = FirstToExpire(*page);
  const auto answer =
      Serialize(ResponseOf(request, caller, *plan, *std::move(page)));
  if (answer) lists_.Keep(question, *answer, expires_at);
  reply(answer);
}

Result<mail::Page> MailService::Find(const Caller& caller,
                                     const ListPlan& plan) {
  return plan.after ? mailbox_.ListAfter(caller, *plan.after, plan.query)
                    : mailbox_.List(caller, plan.query);
}

void MailService::Count(v1::CountRequest request, const Caller& caller,
                        Reply<v1::CountResponse> reply) {
  const Result<mail::Box> box = FromProto(request.box());
  if (!box) return reply(tl::unexpected(box.error()));
  Result<mail::Filter> filter = FromProto(request.filter());
  if (!filter) return reply(tl::unexpected(filter.error()));
  std::make_shared<Tally>(mailbox_, caller, *box, *std::move(filter),
                          std::move(reply))
      ->Step();
}

void MailService::Get(v1::GetRequest request, const Caller& caller,
                      Reply<v1::GetResponse> reply) {
  const auto find = [&]() -> Result<mail::Message> {
    std::optional<mail::Box> where;
    if (request.box() != v1::BOX_UNSPECIFIED) {
      const Result<mail::Box> box = FromProto(request.box());
      if (!box) return tl::unexpected(box.error());
      where = *box;
    }
    return mailbox_.Get(caller, where, request.id(), request.attachment());
  };
  reply(find().map([&](mail::Message message) {
    v1::GetResponse response;
    const mail::Cursor after =
        mailbox_.CursorAt(caller, message.box, message.id);
    response.set_box(ToProto(message.box));
    *response.mutable_message() = ToProto(std::move(message));
    response.mutable_message()->set_cursor(EncodeCursor(after));
    return response;
  }));
}

void MailService::Mark(v1::MarkRequest request, const Caller& caller,
                       Reply<v1::MarkResponse> reply) {
  mailbox_.Mark(caller, IdsOf(request.ids()), request.read(),
                [reply = std::move(reply)](Result<mail::Changed> changed) {
                  reply(changed.map(MarkResponseOf));
                });
}

void MailService::Delete(v1::DeleteRequest request, const Caller& caller,
                         Reply<v1::DeleteResponse> reply) {
  const Result<mail::Box> box = FromProto(request.box());
  if (!box) return reply(tl::unexpected(box.error()));
  mailbox_.Remove(caller, *box, IdsOf(request.ids()),
                  [reply = std::move(reply)](Result<mail::Changed> changed) {
                    reply(changed.map(DeleteResponseOf));
                  });
}

std::unique_ptr<StreamHandler> MailService::Watch(Stream& stream,
                                                  const Caller& caller) {
  return watches_.Open(stream, caller);
}

Result<MailService::ListPlan> MailService::PlanOf(
    const v1::ListRequest& request, const Caller& caller, mail::Box box) const {
  Result<mail::Filter> filter = FromProto(request.filter());
  if (!filter) return tl::unexpected(filter.error());
  const Result<size_t> limit = LimitOf(request.page_size());
  if (!limit) return tl::unexpected(limit.error());

  ListPlan plan;
  plan.query.box = box;
  plan.query.filter = *std::move(filter);
  plan.query.order = request.oldest_first() || request.has_cursor()
                         ? mail::Order::kOldestFirst
                         : mail::Order::kNewestFirst;
  plan.query.limit = *limit;
  plan.query.with_body = request.with_body();
  if (!request.page_token().empty()) {
    Result<PageToken> token = TokenOf(request, caller, box);
    if (!token) return tl::unexpected(token.error());
    plan.query.position = token->place.id;
    plan.token = *std::move(token);
  } else if (!request.cursor().empty()) {
    Result<mail::Cursor> after = DecodeCursor(request.cursor());
    if (!after) return tl::unexpected(after.error());
    plan.after = *std::move(after);
  }
  return plan;
}

Result<PageToken> MailService::TokenOf(const v1::ListRequest& request,
                                       const Caller& caller,
                                       mail::Box box) const {
  Result<PageToken> token = DecodePageToken(request.page_token());
  if (token &&
      (token->request != DigestOf(request) ||
       token->place != mailbox_.CursorAt(caller, box, token->place.id))) {
    return mail::Fail(mail::ErrorCode::kInvalidArgument,
                      "the page token belongs to another request");
  }
  return token;
}

v1::ListResponse MailService::ResponseOf(const v1::ListRequest& request,
                                         const Caller& caller,
                                         const ListPlan& plan,
                                         mail::Page page) const {
  const auto at = [&](mail::MessageId id) {
    return mailbox_.CursorAt(caller, plan.query.box, id);
  };
  v1::ListResponse response;
  for (mail::Message& message : page.messages) {
    const mail::MessageId id = message.id;
    v1::Message& added = *response.add_messages();
    added = ToProto(std::move(message));
    added.set_cursor(EncodeCursor(at(id)));
  }
  const mail::MessageId newest = plan.token ? plan.token->newest : page.newest;
  if (page.next) {
    response.set_next_page_token(
        EncodePageToken({at(*page.next), DigestOf(request), newest}));
  }
  // Oldest first, the last page has reached what is newest now; newest first,
  // what came while paging has not been seen.
  const bool oldest_first = plan.query.order == mail::Order::kOldestFirst;
  response.set_cursor(EncodeCursor(
      at(oldest_first ? page.next.value_or(page.newest) : newest)));
  return response;
}

}  // namespace turbo::service
