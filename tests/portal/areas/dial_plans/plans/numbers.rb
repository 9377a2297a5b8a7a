#Ruby
require 'time'
AREA = '408'
Speed = {
  '1' => '14085551212', '2' => "15105551212",
  # family
  '3' => '16505551212',

  '4' => ['a@local',
          'b@local'],
  '5' => { :name => 'Bob', :number => '+353871550142' },
}
ENUM = %w(e164.arpa
          e164.org)
BLOCKED = [ /^0900/, /^\+?1900/,
            %r{^00(?:88|87)\d+$}i,
            %r!^(\*|#)/!, /[[:alpha:]]/ ]

def enum num
  num = num.to_s.gsub(/[^0-9]/) { |c| '' }
  ENUM.each do |zone|
    uri = sys.ENUMLookup("#{num.split(//).reverse.join('.')}.#{zone}")
    return uri if uri && !uri.empty? && uri != 'none'
  end
  nil
end

def dial_to(dest, secs = 30, opts = {})
  sys.Trace = true if opts[:trace]
  uri = enum(dest)
  sys.Dial(uri, secs) if uri
  sys.Dial("#{dest}@a|#{dest}@b[fu=#{opts[:from] || '14400142'}]", secs)
  status = sys.LastFailureStatus.to_s
  status =~ /Busy|Declin/ ? sys.Respond(486, 'Busy') : sys.Respond(480, status)
end

begin
  ex = req.URI.User.to_s
  ex = Speed[ex] || ex
  ex = ex[:number] if ex.respond_to? :keys
  ex = ex.join '&' if ex.is_a? Array
  sys.Respond 403, 'Blocked' if BLOCKED.any? { |re| ex =~ re }
  ex = case ex
       when /^\+(.*)/     then $1
       when /^00(.*)/ then $1
       when /^011/ then ex[3..-1]
       when /^1?([2-9]\d\d[2-9]\d{6})$/ then "1" + $1
       when /^[2-9]\d{6}$/; "1#{AREA}#{ex}"
       else
         ex
       end
  dial_to ex, 45, :from => '14085550100', :trace => (ex.size > 11)
rescue => e
  sys.Log("failed: #{e.class}: #{e.message}") unless e.to_s =~ /Thread was being aborted/
ensure
  sys.Log 'end'
end
