# `sys`: what a plan can do. Each call is answered by the host, which keeps all limits.
module DialPlan
  class Sys
    include AnySpelling

    MOST_LOG_LINES = 1000
    MOST_LOG_BYTES = 64 * 1024

    def initialize
      @log_lines = @log_bytes = 0
      @trace = false
    end

    def Dial(destinations, ring_seconds = 0, answered_seconds = 0, *)
      ask("dial", destinations.to_s, ring_seconds.to_i, answered_seconds.to_i).to_sym
    end

    def Respond(code, reason = nil, headers = nil) = ask("respond", code.to_i, reason, headers)

    # The host counts too; here it is only not asked in vain.
    def Log(text = "")
      return if @log_lines > MOST_LOG_LINES || @log_bytes > MOST_LOG_BYTES

      text = text.to_s
      @log_lines += 1
      @log_bytes += text.bytesize
      ask("log", text)
    end

    def Trace = @trace

    def Trace=(wanted)
      @trace = wanted ? true : false
      ask("trace", @trace)
    end

    def In = fact("direction") == "in"
    def Out = fact("direction") == "out"
    def Redirect = fact("direction") == "redirect"
    def Username = fact("username")
    def DialPlanName = fact("plan_name")
    def LastFailureStatus = SIPStatus.new(ask("last_failure_status"))
    def LastFailureReason = ask("last_failure_reason")
    alias LastFailureMessage LastFailureReason

    # The final answers of the last Dial; the host keeps that of the leg that failed last.
    def LastDialled
      status = self.LastFailureStatus
      status.to_i.zero? ? [] : [Dialled.new(status, self.LastFailureReason)]
    end

    # The account that calls, or is called.
    def FromSIPAccount
      username, domain = fact("account").split("@", 2)
      username && CallsAccount.new(username, domain.to_s, fact("username"))
    end

    def RedirectURI
      uri = ask("redirect_uri")
      uri && URI.parse(uri)
    end

    def RedirectResponse = SIPStatus.new(ask("redirect_response"))
    def IsAvailable(user = nil, domain = nil) = ask("is_available", user, domain)
    def DoesSIPAccountExist(user, domain = nil) = ask("does_sip_account_exist", user, domain)
    def IsMine(user, domain = nil) = ask("is_mine", user, domain)
    def GetBindings(user = nil, domain = nil) = ask("get_bindings", user, domain)
    def GetSIPAccounts = ask("get_sip_accounts")
    def GetCanonicalDomain(host) = ask("get_canonical_domain", host)
    def SetFromHeader(name, user = nil, host = nil) = ask("set_from_header", name, user, host)
    def ClearFromHeader = ask("clear_from_header")
    def SetCustomSIPHeader(name, value = nil) = ask("set_custom_sip_header", name, value)
    def RemoveCustomSIPHeader(name) = ask("remove_custom_sip_header", name)
    def ClearCustomSIPHeaders = ask("clear_custom_sip_headers")
    alias ClearCustomSIPHeader ClearCustomSIPHeaders
    def PrintCustomSIPHeaders = ask("print_custom_sip_headers")
    def SetCustomContent(type_or_body, body = nil) = ask("set_custom_content", body ? type_or_body : nil, body || type_or_body)
    def ClearCustomBody = ask("clear_custom_body")
    alias ClearCustomContent ClearCustomBody

    def Callback(first, second, delay = 0, first_ring = 0, second_ring = 0)
      ask("callback", first, second, delay.to_i, first_ring.to_i, second_ring.to_i)
    end

    def ENUMLookup(name) = ask("enum_lookup", name)
    def WebGet(url, seconds = 10) = ask("web_get", url, seconds.to_i)
    def Email(to, subject, body = "") = ask("email", to, subject, body)
    def DBWrite(key, value) = ask("db_write", key, value)
    def DBRead(key) = ask("db_read", key)
    def DBReadForUpdate(key) = ask("db_read", key)
    def DBDelete(key) = ask("db_delete", key)
    def DBGetKeys = ask("db_get_keys")
    def GetCurrentCallCount = ask("get_current_calls").size
    def GetCurrentCalls = ask("get_current_calls")
    def GetTimezone = fact("time_zone")
    def GetTimezoneOffsetMinutes = OwnersZone.at(Time.now.to_i) / 60
    def ExtendScriptTimeout(seconds) = ask("extend_script_timeout", seconds.to_i)

    def SendRequest(method, destination, type = nil, body = nil, seconds = 5)
      ask("send_request", method, destination, type, body, seconds.to_i)
    end

    GONE = %i[GoogleVoiceCall GoogleVoiceSMS GTalk GoogleContactLookup GetCRMAccount SetCallerCRMDetails].freeze
    UNREACHABLE = %i[DBExecuteNonQuery DBExecuteScalar DBExecuteReader DBReadDirect].freeze
    GONE.each { |name| define_method(name) { |*, **| ask("gone", name) } }
    UNREACHABLE.each { |name| define_method(name) { |*, **| ask("unreachable", name) } }

    def to_s = "sys"

    private

    def ask(name, *arguments)
      result = Host.call(name, *arguments.map { |each| plain(each) })
      raise HostError, result[1] if result.is_a?(Array) && result.first == "error"

      result.is_a?(Array) ? result.last : result
    end

    def plain(value)
      case value
      when nil, true, false, Integer, Float, String then value
      when Array then value.map { |each| plain(each) }
      else value.to_s
      end
    end

    def fact(name) = DialPlan.facts[name]
  end

  # A leg that has failed, as the original gave its transactions.
  class Dialled
    include AnySpelling

    attr_reader :StatusCode, :ReasonPhrase

    def initialize(status, reason) = (@StatusCode, @ReasonPhrase = status, reason)
    def Status = @StatusCode
    def TransactionFinalResponse = self
    def to_s = "SIP/2.0 #{@StatusCode.to_i} #{@ReasonPhrase}"
    alias ToString to_s
  end

  class CallsAccount
    include AnySpelling

    attr_reader :SIPUsername, :SIPDomain, :Owner

    def initialize(username, domain, owner) = (@SIPUsername, @SIPDomain, @Owner = username, domain, owner)
    def to_s = "#{@SIPUsername}@#{@SIPDomain}"
    alias ToString to_s
  end

  # `crm` and `lookup` asked services that are gone.
  class Gone
    def initialize(name) = @name = name

    def method_missing(name, *, **)
      sys.Log("#{@name}.#{name} does nothing: the service behind it is gone.")
      nil
    end

    def respond_to_missing?(*) = true
    def nil? = true
    def to_s = ""
    def to_str = ""
    def inspect = "nil"
  end

  class << self
    attr_accessor :facts
  end
end
