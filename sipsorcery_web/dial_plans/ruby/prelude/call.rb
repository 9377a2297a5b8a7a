# `req`: the caller's request.
module DialPlan
  class URI
    include AnySpelling

    def initialize(user, host, parameters = "", scheme = "sip")
      @user, @host, @parameters, @scheme = user, host, parameters, scheme
    end

    def User = @user
    def UnescapedUser = @user.gsub(/%(\h\h)/) { $1.hex.chr }.force_encoding("UTF-8").scrub
    def Host = @host
    def Scheme = @scheme
    def Parameters = Parameters.new(@parameters)
    def to_s = "#{@scheme}:#{"#{@user}@" unless @user.empty?}#{@host}#{@parameters}"
    alias ToString to_s
    def ToAOR = "#{@user}@#{@host}"
    alias CanonicalAddress to_s
    def ToParameterlessString = "#{@scheme}:#{"#{@user}@" unless @user.empty?}#{@host}"
    def ==(other) = to_s == other.to_s

    def self.parse(text)
      scheme, rest = text.to_s =~ /\A(sips?):(.*)\z/im ? [$1.downcase, $2] : ["sip", text.to_s]
      address, parameters = rest.split(";", 2)
      user, at, host = address.to_s.rpartition("@")
      new(at.empty? ? "" : user, host, parameters ? ";#{parameters}" : "", scheme)
    end

    class Parameters
      include AnySpelling

      def initialize(text)
        @values = text.split(";").reject(&:empty?).to_h { |part| part.split("=", 2).then { |name, value| [name.downcase, value] } }
      end

      def Get(name) = @values[name.to_s.downcase]
      def Has(name) = @values.key?(name.to_s.downcase)
      def [](name) = self.Get(name)
      def to_s = @values.map { |name, value| value ? ";#{name}=#{value}" : ";#{name}" }.join
      alias ToString to_s
      def ==(other) = to_s == other.to_s
    end
  end

  class PartyHeader
    include AnySpelling

    def initialize(name, uri)
      @name, @uri = name, uri
    end

    def Name = @name
    def URI = @uri
    def to_s = @name.empty? ? "<#{@uri}>" : "\"#{@name}\" <#{@uri}>"
    alias ToString to_s
    def ==(other) = to_s == other.to_s
  end

  class FromHeader < PartyHeader
    def FromName = @name
    def FromName=(name)
      FromHeader.change("from_name", name)
    end

    # The legs of the Dials that follow show it, as the original took this very header for them.
    def self.change(part, value)
      (DialPlan.facts["shown"] ||= {})[part] = DialPlan.facts[part] = value.to_s
      sys.SetFromHeader(*DialPlan.facts["shown"].values_at("from_name", "from_user", "from_host"))
    end
    def FromURI = @uri
    def FromUserField = self
    def self.spellings = super.merge(superclass.spellings) { |_, own, _| own }
  end

  class FromURI < URI
    def User=(user)
      FromHeader.change("from_user", user)
    end
    def Host=(host)
      FromHeader.change("from_host", host)
    end
    def self.spellings = super.merge(superclass.spellings) { |_, own, _| own }
  end

  class ToHeader < PartyHeader
    def ToName = @name
    def ToURI = @uri
    def ToUserField = self
    def self.spellings = super.merge(superclass.spellings) { |_, own, _| own }
  end

  class RequestHeader
    include AnySpelling

    def initialize(facts) = @facts = facts
    def From = FromHeader.new(@facts["from_name"], FromURI.new(@facts["from_user"], @facts["from_host"]))
    def To = ToHeader.new(@facts["to_name"], URI.parse(@facts["to_uri"]))
    def Contact = [@facts["contact"]].reject(&:empty?)
    def UserAgent = @facts["user_agent"]
    def CallId = @facts["call_id"]
    def CSeq = @facts["cseq"]
    def ProxyReceivedFrom = @facts["received_from"]
    def UnknownHeaders = @facts["headers"].map { |name, value| "#{name}: #{value}" }

    def GetUnknownHeaderValue(name)
      found = @facts["headers"].find { |known, _| known.casecmp?(name.to_s) }
      found && found[1]
    end
  end

  class Request
    include AnySpelling

    def initialize(facts) = @facts = facts
    def Method = @facts["method"]
    def Body = @facts["body"]
    def URI = DialPlan::URI.new(@facts["user"], @facts["host"], @facts["parameters"])
    def Header = RequestHeader.new(@facts)
    def to_s = "#{@facts["method"]} #{self.URI}"
    alias ToString to_s
  end
end
