# What a Dial gives back, and SIP status codes that compare with a number or with the names of the original's enumeration.
module DialPlanAppResult
  Failed = :Failed
  TimedOut = :TimedOut
  Redirect = :Redirect
  Error = :Error
  AlreadyAnswered = :AlreadyAnswered
  Answered = :Answered
  constants.each { |name| define_singleton_method(name) { const_get(name) } }
end

class SIPStatus < Numeric
  NAMES = {
    0 => :None, 100 => :Trying, 180 => :Ringing, 181 => :CallIsBeingForwarded, 182 => :Queued, 183 => :SessionProgress,
    200 => :Ok, 202 => :Accepted, 300 => :MultipleChoices, 301 => :MovedPermanently, 302 => :MovedTemporarily,
    305 => :UseProxy, 380 => :AlternativeService, 400 => :BadRequest, 401 => :Unauthorised, 402 => :PaymentRequired,
    403 => :Forbidden, 404 => :NotFound, 405 => :MethodNotAllowed, 406 => :NotAcceptable,
    407 => :ProxyAuthenticationRequired, 408 => :RequestTimeout, 410 => :Gone, 412 => :ConditionalRequestFailed,
    413 => :RequestEntityTooLarge, 414 => :RequestURITooLong, 415 => :UnsupportedMediaType,
    416 => :UnsupportedURIScheme, 417 => :UnknownResourcePriority, 420 => :BadExtension, 421 => :ExtensionRequired,
    422 => :SessionIntervalTooSmall, 423 => :IntervalTooBrief, 428 => :UseIdentityHeader,
    429 => :ProvideReferrerIdentity, 430 => :FlowFailed, 433 => :AnonymityDisallowed, 436 => :BadIdentityInfo,
    437 => :UnsupportedCertificate, 438 => :InvalidIdentityHeader, 439 => :FirstHopLacksOutboundSupport,
    440 => :MaxBreadthExceeded, 470 => :ConsentNeeded, 480 => :TemporarilyUnavailable,
    481 => :CallLegTransactionDoesNotExist, 482 => :LoopDetected, 483 => :TooManyHops, 484 => :AddressIncomplete,
    485 => :Ambiguous, 486 => :BusyHere, 487 => :RequestTerminated, 488 => :NotAcceptableHere, 489 => :BadEvent,
    491 => :RequestPending, 493 => :Undecipherable, 494 => :SecurityAgreementRequired, 500 => :InternalServerError,
    501 => :NotImplemented, 502 => :BadGateway, 503 => :ServiceUnavailable, 504 => :ServerTimeout,
    505 => :SIPVersionNotSupported, 513 => :MessageTooLarge, 580 => :PreconditionFailure, 600 => :BusyEverywhere,
    603 => :Decline, 604 => :DoesNotExistAnywhere, 606 => :NotAcceptableAnywhere
  }.freeze

  attr_reader :code

  def initialize(code)
    super()
    @code = code.to_i
  end

  # The code of a number, a status, a digit text or a name; nil for anything else.
  def self.code_of(other)
    case other
    when SIPStatus then other.code
    when Numeric then other.to_i
    when /\A\s*\d+\s*\z/ then other.to_s.to_i
    when String, Symbol
      plain = other.to_s.delete("_ ").downcase
      NAMES.key(NAMES.values.find { |name| name.to_s.downcase == plain })
    end
  end

  def to_i = @code
  alias to_int to_i
  alias value__ to_i
  def to_f = @code.to_f
  def to_s = (NAMES[@code] || @code).to_s
  alias ToString to_s
  def inspect = to_s
  def to_sym = to_s.to_sym
  def coerce(other) = [other, @code]
  def <=>(other) = (code = SIPStatus.code_of(other)) && @code <=> code
  def ==(other) = !other.nil? && SIPStatus.code_of(other) == @code
  alias === ==
  alias eql? ==
  def hash = @code.hash
  %i[+ - * / %].each { |sign| define_method(sign) { |other| @code.public_send(sign, other.to_i) } }
end

module SIPResponseStatusCodesEnum
  SIPStatus::NAMES.each { |code, name| const_set(name, SIPStatus.new(code)) }

  def self.method_missing(name, *)
    code = SIPStatus.code_of(name)
    code ? SIPStatus.new(code) : super
  end

  def self.respond_to_missing?(name, include_private = false) = !SIPStatus.code_of(name).nil? || super
end
