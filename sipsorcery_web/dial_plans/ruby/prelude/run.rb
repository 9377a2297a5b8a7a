# Runs one plan: the host is told how it ended. The end of an answered call is no exception: nothing runs after it.
module DialPlan
  class << self
    def request = @request ||= Request.new(facts)

    def prepare
      @facts = Host.call("facts").each_slice(2).to_h
      $req = request
    end

    def run
      prepare
      source = OldSyntax.with_line_ends(Host.call("source"))
      plan = compiled(source)
      tell_lines(plan) if facts["shows_lines"]
      plan.eval
    rescue SystemExit
      Host.call("finished")
    rescue SyntaxError => e
      Host.call("syntax_error", line_in(e.message), first_fault(e.message), OldSyntax.advice(source, line_in(e.message)))
    rescue NoMethodError => e
      Host.call("missing_method", line_of(e), "#{e.name} is no method here: #{plain(e.message)}")
    rescue SystemStackError => e
      Host.call("error", line_of(e), "The script went too deep: a method calls itself without end.")
    rescue NoMemoryError
      Host.call("error", nil, "The script needs more memory than a plan may have.")
    rescue Exception => e # rubocop:disable Lint/RescueException
      Host.call("error", line_of(e), "#{e.class}: #{plain(e.message)}")
    ensure # a return of the script comes by here alone
      Host.call("finished")
    end

    # Tells what Ruby says about a text without running it.
    def check
      source = OldSyntax.with_line_ends(Host.call("source"))
      mended = OldSyntax.mend(source)
      message = OldSyntax.refusal(mended)
      return Host.call("checked", mended != source, nil, nil, nil) unless message

      line = line_in(message)
      Host.call("checked", false, line, first_fault(message), OldSyntax.advice(source, line))
    end

    private

    # A mended text is kept by the host, which gives it at once the next time.
    def compiled(source)
      OldSyntax.compiled(source)
    rescue SyntaxError
      known = Host.call("mended") || OldSyntax.mend(source).tap { |text| Host.call("keep_mended", text) }
      OldSyntax.compiled(known)
    end

    # Of the plan alone: to trace all lines would have Ruby change all of its own code, which takes milliseconds.
    def tell_lines(plan)
      seen = {}
      steps = 0
      @lines = TracePoint.new(:line) do |point|
        steps += 1
        unless seen[point.lineno]
          seen[point.lineno] = true
          Host.call("line", point.lineno, steps)
        end
      end
      @lines.enable(target: plan)
    rescue ArgumentError
      nil # a plan without a line that runs
    end

    # Prism marks the line with > and the place below it with ^ and a sentence.
    def line_in(message) = (message[/^> *(\d+) \|/, 1] || message[/plan:(\d+)/, 1] || 1).to_i
    def first_fault(message) = message[/\^+~* +([^\n;]+)/, 1] || plain(message)

    def line_of(error)
      place = (error.backtrace || []).find { |each| each.start_with?("plan:") }
      place && place[/\d+/].to_i
    end

    def plain(message) = message.to_s.lines.reject { |line| line.strip.empty? }.first(6).join.strip[0, 500]
  end
end

$sys = DialPlan::Sys.new
$crm = DialPlan::Gone.new("crm")
$lookup = DialPlan::Gone.new("lookup")

module Kernel
  private

  def sys = $sys
  def req = DialPlan.request
  def crm = $crm
  def lookup = $lookup
end
SIPSorcery = Module.new
SIPSorcery::SIP = Module.new
SIPSorcery::SIP::SIPResponseStatusCodesEnum = SIPResponseStatusCodesEnum
Regexp.timeout = 1.0
$stdout.sync = true
